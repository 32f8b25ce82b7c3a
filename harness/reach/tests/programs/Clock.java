// As clock.c, by the means of Java. Waits until a time are not for it: they go to the kernel.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Instant;

public class Clock {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            long monotonic = System.nanoTime() / 1000000;
            if (line.equals("now")) {
                long now = System.currentTimeMillis() / 1000;
                System.out.println(now + " " + Instant.now().getEpochSecond() + " " + monotonic);
            }
            if (line.equals("sleep")) {
                Thread.sleep(200);
                System.out.println(System.nanoTime() / 1000000 - monotonic);
            }
        }
    }
}

// Reads the wall clock, and waits, in the ways that Java has. What it prints, and when, is told in
// ../preload/story.rs.

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

public class Waits {
    static final long SOON = 300;
    static final long ORIGIN = System.nanoTime();

    interface Wait {
        /** Whether it ended because its time was over. */
        boolean run() throws Exception;
    }

    static void readings() {
        System.out.printf("reading %.3f System.currentTimeMillis%n", System.currentTimeMillis() / 1e3);
        Instant now = Instant.now();
        System.out.printf("reading %d.%09d Instant.now%n", now.getEpochSecond(), now.getNano());
        System.out.printf("steady %.6f System.nanoTime%n", (System.nanoTime() - ORIGIN) / 1e9);
    }

    static Date soon() {
        return new Date(System.currentTimeMillis() + SOON);
    }

    static final Map<String, Wait> WAITS = new LinkedHashMap<>();

    static {
        WAITS.put("Thread.sleep", () -> {
            Thread.sleep(SOON);
            return true;
        });
        WAITS.put("Object.wait", () -> {
            Object quiet = new Object();
            synchronized (quiet) {
                quiet.wait(SOON);
            }
            return true;
        });
        WAITS.put("LockSupport.parkNanos", () -> {
            LockSupport.parkNanos(SOON * 1_000_000);
            return true;
        });
        WAITS.put("LinkedBlockingQueue.poll", () ->
            new LinkedBlockingQueue<String>().poll(SOON, TimeUnit.MILLISECONDS) == null);
        WAITS.put("ScheduledExecutorService", () -> {
            var executor = Executors.newScheduledThreadPool(1);
            var done = new CountDownLatch(1);
            executor.schedule(done::countDown, SOON, TimeUnit.MILLISECONDS);
            boolean over = done.await(60, TimeUnit.SECONDS);
            executor.shutdownNow();
            return over;
        });
        WAITS.put("CompletableFuture.get", () -> {
            try {
                new CompletableFuture<String>().get(SOON, TimeUnit.MILLISECONDS);
                return false;
            } catch (TimeoutException over) {
                return true;
            }
        });
        // These two have a deadline on the wall clock.
        WAITS.put("LockSupport.parkUntil", () -> {
            LockSupport.parkUntil(soon().getTime());
            return true;
        });
        WAITS.put("Condition.awaitUntil", () -> {
            var lock = new ReentrantLock();
            lock.lock();
            return !lock.newCondition().awaitUntil(soon());
        });
    }

    static Thread start(String name, Wait wait) {
        var thread = new Thread(() -> {
            long begun = System.nanoTime();
            String line = "wrong " + name;
            try {
                if (wait.run()) {
                    // The wall clock's deadlines are whole milliseconds.
                    line = "wait " + Math.round((System.nanoTime() - begun) / 1e6) + " " + name;
                }
            } catch (Exception error) {
                line += ": " + error;
            }
            System.out.println(line);
        });
        thread.start();
        return thread;
    }

    public static void main(String[] arguments) throws Exception {
        List<Thread> threads = new ArrayList<>();
        readings();
        WAITS.forEach((name, wait) -> {
            if (!name.endsWith("Until")) {
                threads.add(start(name + ", early", wait));
            }
        });
        System.out.println("ready");
        if (System.in.read() < 0) {
            System.exit(1);
        }
        readings();
        WAITS.forEach((name, wait) -> threads.add(start(name, wait)));
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("done");
    }
}

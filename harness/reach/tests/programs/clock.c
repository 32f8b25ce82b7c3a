/* Tells the time whenever it is asked to. Plain C, and plain C++, too.
 *
 * A line "now" is answered with the time by each way to read it, in seconds since 1970, then with
 * the monotonic clock; "sleep" with the milliseconds that each wait of 200 took. "storm" reads the
 * clock on two threads, which is answered with 0, until the next line, which is answered with how
 * many readings went back or had a fraction that is none, and then with how many met a jump. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

static long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

static void tell(void) {
    struct timespec fine, coarse;
    struct timeval day;
    clock_gettime(CLOCK_REALTIME, &fine);
    clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
    gettimeofday(&day, NULL);
    time_t seconds;
    time_t returned = time(&seconds);
    printf("%ld %ld %ld %ld %ld %ld\n", (long)fine.tv_sec, (long)coarse.tv_sec, (long)day.tv_sec,
           (long)seconds, (long)returned, milliseconds());
}

static void wait_in_each_way(void) {
    long start = milliseconds();
    struct timespec time = {0, 200000000};
    nanosleep(&time, NULL);
    long slept = milliseconds();
    struct timeval left = {0, 200000};
    select(0, NULL, NULL, NULL, &left);
    long selected = milliseconds();
    printf("%ld %ld\n", slept - start, selected - slept);
}

static int storming;

struct reader {
    long bad;
    long met;
    long all;
};

static void *read_clocks(void *given) {
    struct reader *reader = (struct reader *)given;
    long long last = 0;
    while (__atomic_load_n(&storming, __ATOMIC_RELAXED)) {
        long long now;
        if (reader->all++ % 2) {
            struct timespec fine;
            clock_gettime(CLOCK_REALTIME, &fine);
            reader->bad += fine.tv_nsec < 0 || fine.tv_nsec > 999999999;
            now = fine.tv_sec * 1000000LL + fine.tv_nsec / 1000;
        } else {
            struct timeval day;
            gettimeofday(&day, NULL);
            reader->bad += day.tv_usec < 0 || day.tv_usec > 999999;
            now = day.tv_sec * 1000000LL + day.tv_usec;
        }
        reader->bad += now < last;
        reader->met += last && now > last + 500000;
        last = now;
    }
    return NULL;
}

static void storm(void) {
    struct reader readers[2] = {{0, 0, 0}, {0, 0, 0}};
    pthread_t threads[2];
    storming = 1;
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, read_clocks, &readers[i]);
    puts("0");
    fflush(stdout);
    int next = getchar();
    while (next != '\n' && next != EOF) next = getchar();
    __atomic_store_n(&storming, 0, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    printf("%ld %ld\n", readers[0].bad + readers[1].bad, readers[0].met + readers[1].met);
}

int main(void) {
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        if (!strcmp(line, "now\n")) tell();
        if (!strcmp(line, "sleep\n")) wait_in_each_way();
        if (!strcmp(line, "storm\n")) storm();
        fflush(stdout);
    }
    return 0;
}

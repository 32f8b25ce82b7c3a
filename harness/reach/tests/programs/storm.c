/* Reads the wall clock on several threads, while somebody else makes it jump ahead, until each of
 * them has seen enough. Then prints how many readings went back, or were no time at all. */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

#define THREADS 2

/* Enough for a thread: readings, and leaps among them. */
#define READINGS 2000000
#define LEAPS 50

struct counts {
    long readings, leaps, bad;
};

static void *read_on(void *given)
{
    struct counts *counts = given;
    struct timespec last = {0, 0};
    while (counts->readings < READINGS || counts->leaps < LEAPS) {
        struct timespec time;
        if (counts->readings % 8 == 7) {
            struct timeval of_day;
            gettimeofday(&of_day, NULL);
            time.tv_sec = of_day.tv_sec;
            /* At the end of that microsecond. */
            time.tv_nsec = of_day.tv_usec * 1000 + 999;
        } else {
            clock_gettime(CLOCK_REALTIME, &time);
        }
        long long ahead = (time.tv_sec - last.tv_sec) * 1000000000LL + time.tv_nsec - last.tv_nsec;
        int none = time.tv_nsec < 0 || time.tv_nsec > 999999999;
        /* What was rounded up may be ahead of the next by that much. */
        if (none || ahead < -999)
            counts->bad++;
        else if (last.tv_sec && ahead > 100000000LL)
            counts->leaps++;
        last = time;
        counts->readings++;
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    struct counts counts[THREADS] = {0};
    long bad = 0;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, read_on, &counts[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        bad += counts[i].bad;
    }
    printf("%ld\n", bad);
    return 0;
}

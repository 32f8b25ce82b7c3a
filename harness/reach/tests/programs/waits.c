/* Reads the wall clock, and waits, in every way that C has. What it prints, and when, is told in
 * ../preload/story.rs. Each wait says how long it took on the monotonic clock. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/timerfd.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define MILLIS 300

/* As in linux/futex.h, which is not beside every C library. */
enum { FUTEX_WAIT = 0, FUTEX_LOCK_PI = 6, FUTEX_WAIT_BITSET = 9, FUTEX_CLOCK_REALTIME = 256 };
#define FUTEX_BITSET_MATCH_ANY 0xffffffff

/* ftime is deprecated, and still called by what was built long ago. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static struct timespec now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time;
}

static struct timespec soon(clockid_t clock)
{
    struct timespec time = now(clock);
    time.tv_nsec += MILLIS * 1000000L;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

static struct timespec after = {0, MILLIS * 1000000L};

/* Held by the main thread while the others wait for them. */
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t written = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t held_c11;
static sem_t empty;
static int held_by_main; /* a futex that takes over priorities */

/* A condition that nobody signals. */
struct quiet {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

static void quiet(struct quiet *quiet, clockid_t clock)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, clock);
    pthread_cond_init(&quiet->condition, &attributes);
    pthread_mutex_init(&quiet->mutex, NULL);
    pthread_mutex_lock(&quiet->mutex);
}

static int cond(clockid_t clock)
{
    struct quiet it;
    quiet(&it, clock);
    struct timespec until = soon(clock);
    return pthread_cond_timedwait(&it.condition, &it.mutex, &until);
}
static int cond_realtime(void) { return cond(CLOCK_REALTIME); }
static int cond_monotonic(void) { return cond(CLOCK_MONOTONIC); }

static int mutex_timed(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_mutex_timedlock(&held, &until);
}
static int read_timed(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_rwlock_timedrdlock(&written, &until);
}
static int write_timed(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_rwlock_timedwrlock(&written, &until);
}
static int semaphore_timed(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return sem_timedwait(&empty, &until) == -1 ? errno : 0;
}
static int cnd_c11(void)
{
    mtx_t mutex;
    cnd_t condition;
    mtx_init(&mutex, mtx_plain);
    cnd_init(&condition);
    mtx_lock(&mutex);
    struct timespec until = soon(CLOCK_REALTIME);
    return cnd_timedwait(&condition, &mutex, &until) == thrd_timedout ? ETIMEDOUT : 0;
}
static int mtx_c11(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return mtx_timedlock(&held_c11, &until) == thrd_timedout ? ETIMEDOUT : 0;
}

#ifdef __GLIBC__
static int cond_clock(clockid_t clock)
{
    struct quiet it;
    quiet(&it, CLOCK_MONOTONIC);
    struct timespec until = soon(clock);
    return pthread_cond_clockwait(&it.condition, &it.mutex, clock, &until);
}
static int cond_clock_realtime(void) { return cond_clock(CLOCK_REALTIME); }
static int cond_clock_monotonic(void) { return cond_clock(CLOCK_MONOTONIC); }
static int mutex_clock_realtime(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_mutex_clocklock(&held, CLOCK_REALTIME, &until);
}
static int mutex_clock_monotonic(void)
{
    struct timespec until = soon(CLOCK_MONOTONIC);
    return pthread_mutex_clocklock(&held, CLOCK_MONOTONIC, &until);
}
static int read_clock(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_rwlock_clockrdlock(&written, CLOCK_REALTIME, &until);
}
static int write_clock(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_rwlock_clockwrlock(&written, CLOCK_REALTIME, &until);
}
static int semaphore_clock(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return sem_clockwait(&empty, CLOCK_REALTIME, &until) == -1 ? errno : 0;
}
static void *linger(void *nothing)
{
    pause();
    return nothing;
}
static int join_timed(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, linger, NULL);
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_timedjoin_np(thread, NULL, &until);
}
static int join_clock(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, linger, NULL);
    struct timespec until = soon(CLOCK_REALTIME);
    return pthread_clockjoin_np(thread, NULL, CLOCK_REALTIME, &until);
}
#endif

static int sleep_realtime(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) ? 0 : ETIMEDOUT;
}
static int sleep_monotonic(void)
{
    struct timespec until = soon(CLOCK_MONOTONIC);
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ? 0 : ETIMEDOUT;
}
static int sleep_relative(void)
{
    return clock_nanosleep(CLOCK_REALTIME, 0, &after, NULL) ? 0 : ETIMEDOUT;
}
static int select_relative(void)
{
    struct timeval timeout = {0, MILLIS * 1000};
    return select(0, NULL, NULL, NULL, &timeout) ? 0 : ETIMEDOUT;
}
static int poll_relative(void) { return poll(NULL, 0, MILLIS) ? 0 : ETIMEDOUT; }

static int expired(int timer)
{
    uint64_t times = 0;
    ssize_t got = read(timer, &times, sizeof times);
    close(timer);
    return got == sizeof times && times == 1 ? ETIMEDOUT : 0;
}
static int timerfd(clockid_t clock)
{
    int timer = timerfd_create(clock, 0);
    struct itimerspec until = {{0, 0}, soon(clock)};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &until, NULL);
    return expired(timer);
}
static int timerfd_realtime(void) { return timerfd(CLOCK_REALTIME); }
static int timerfd_monotonic(void) { return timerfd(CLOCK_MONOTONIC); }
static int timerfd_relative(void)
{
    int timer = timerfd_create(CLOCK_REALTIME, 0);
    struct itimerspec it = {{0, 0}, after};
    timerfd_settime(timer, 0, &it, NULL);
    return expired(timer);
}
static int timerfd_by_syscall(void)
{
    int timer = timerfd_create(CLOCK_REALTIME, 0);
    struct itimerspec until = {{0, 0}, soon(CLOCK_REALTIME)};
    syscall(SYS_timerfd_settime, timer, TFD_TIMER_ABSTIME, &until, NULL);
    return expired(timer);
}
static int timer_realtime(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGRTMIN); /* blocked in every thread */
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    timer_t timer;
    timer_create(CLOCK_REALTIME, &event, &timer);
    struct itimerspec until = {{0, 0}, soon(CLOCK_REALTIME)};
    timer_settime(timer, TIMER_ABSTIME, &until, NULL);
    return sigwaitinfo(&signals, NULL) == SIGRTMIN ? ETIMEDOUT : 0;
}

static mqd_t queue(const char *of)
{
    char name[64];
    snprintf(name, sizeof name, "/rolecall-%d-%s", getpid(), of);
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 1};
    mqd_t queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    mq_unlink(name);
    return queue;
}
static int queue_receive(void)
{
    mqd_t empty = queue("receive");
    if (empty == (mqd_t)-1)
        return ENOSYS;
    char letter;
    struct timespec until = soon(CLOCK_REALTIME);
    return mq_timedreceive(empty, &letter, 1, NULL, &until) == -1 ? errno : 0;
}
static int queue_send(void)
{
    mqd_t full = queue("send");
    if (full == (mqd_t)-1)
        return ENOSYS;
    mq_send(full, "x", 1, 0);
    struct timespec until = soon(CLOCK_REALTIME);
    return mq_timedsend(full, "y", 1, 0, &until) == -1 ? errno : 0;
}

static int futex(int *word, int operation, int value, struct timespec *time)
{
    return syscall(SYS_futex, word, operation, value, time, NULL, FUTEX_BITSET_MATCH_ANY) == -1 ? errno : 0;
}
static int futex_until(void)
{
    int word = 0;
    struct timespec until = soon(CLOCK_REALTIME);
    return futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &until);
}
static int futex_until_monotonic(void)
{
    int word = 0;
    struct timespec until = soon(CLOCK_MONOTONIC);
    return futex(&word, FUTEX_WAIT_BITSET, 0, &until);
}
static int futex_relative(void)
{
    int word = 0;
    return futex(&word, FUTEX_WAIT, 0, &after);
}
static int futex_lock(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return futex(&held_by_main, FUTEX_LOCK_PI, 0, &until);
}
static int futex_several(void)
{
    /* As in linux/futex.h since 5.16. */
    static uint32_t word;
    struct { uint64_t value, address; uint32_t flags, reserved; } one = {0, (uintptr_t)&word, 2, 0};
    struct timespec until = soon(CLOCK_REALTIME);
    return syscall(449, &one, 1, 0, &until, CLOCK_REALTIME) == -1 ? errno : 0;
}
static int sleep_by_syscall(void)
{
    struct timespec until = soon(CLOCK_REALTIME);
    return syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) ? 0 : ETIMEDOUT;
}

struct wait {
    const char *name;
    int (*wait)(void);
};

static const struct wait waits[] = {
    {"pthread_cond_timedwait, wall clock", cond_realtime},
    {"pthread_cond_timedwait, monotonic", cond_monotonic},
    {"pthread_mutex_timedlock", mutex_timed},
    {"pthread_rwlock_timedrdlock", read_timed},
    {"pthread_rwlock_timedwrlock", write_timed},
    {"sem_timedwait", semaphore_timed},
    {"cnd_timedwait", cnd_c11},
    {"mtx_timedlock", mtx_c11},
#ifdef __GLIBC__
    {"pthread_cond_clockwait, wall clock", cond_clock_realtime},
    {"pthread_cond_clockwait, monotonic", cond_clock_monotonic},
    {"pthread_mutex_clocklock, wall clock", mutex_clock_realtime},
    {"pthread_mutex_clocklock, monotonic", mutex_clock_monotonic},
    {"pthread_rwlock_clockrdlock", read_clock},
    {"pthread_rwlock_clockwrlock", write_clock},
    {"sem_clockwait", semaphore_clock},
    {"pthread_timedjoin_np", join_timed},
    {"pthread_clockjoin_np", join_clock},
#endif
    {"clock_nanosleep, wall clock", sleep_realtime},
    {"clock_nanosleep, monotonic", sleep_monotonic},
    {"clock_nanosleep, relative", sleep_relative},
    {"select", select_relative},
    {"poll", poll_relative},
    {"timerfd_settime, wall clock", timerfd_realtime},
    {"timerfd_settime, monotonic", timerfd_monotonic},
    {"timerfd_settime, relative", timerfd_relative},
    {"timer_settime", timer_realtime},
    {"mq_timedreceive", queue_receive},
    {"mq_timedsend", queue_send},
    {"syscall: futex, wall clock", futex_until},
    {"syscall: futex, monotonic", futex_until_monotonic},
    {"syscall: futex, relative", futex_relative},
    {"syscall: futex, lock", futex_lock},
    {"syscall: futex_waitv", futex_several},
    {"syscall: clock_nanosleep", sleep_by_syscall},
    {"syscall: timerfd_settime", timerfd_by_syscall},
};

/* Begun before the jump. */
static const struct wait early_waits[] = {
    {"pthread_cond_timedwait, wall clock, early", cond_realtime},
    {"pthread_cond_timedwait, monotonic, early", cond_monotonic},
    {"clock_nanosleep, wall clock, early", sleep_realtime},
    {"poll, early", poll_relative},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void *run(void *given)
{
    const struct wait *it = given;
    struct timespec begun = now(CLOCK_MONOTONIC);
    int result = it->wait();
    struct timespec ended = now(CLOCK_MONOTONIC);
    long took = (ended.tv_sec - begun.tv_sec) * 1000 + (ended.tv_nsec - begun.tv_nsec) / 1000000;
    if (result == ETIMEDOUT)
        printf("wait %ld %s\n", took, it->name);
    else if (result == ENOSYS)
        printf("lacks %s\n", it->name);
    else
        printf("wrong %s: %s\n", it->name, strerror(result));
    return NULL;
}

static void start(const struct wait *list, size_t count, pthread_t *threads)
{
    for (size_t i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, run, (void *)&list[i]);
}

static void join(pthread_t *threads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void tell(const char *kind, const char *name, long seconds, long nanos)
{
    printf("%s %ld.%09ld %s\n", kind, seconds, nanos, name);
}

static void readings(void)
{
    struct timespec at = now(CLOCK_REALTIME);
    tell("reading", "clock_gettime", at.tv_sec, at.tv_nsec);
    at = now(CLOCK_REALTIME_COARSE);
    tell("reading", "clock_gettime, coarse", at.tv_sec, at.tv_nsec);
    struct timeval of_day;
    struct timezone zone;
    gettimeofday(&of_day, &zone);
    tell("reading", "gettimeofday", of_day.tv_sec, of_day.tv_usec * 1000);
    time_t seconds;
    time_t returned = time(&seconds);
    tell("reading", "time", returned, 0);
    tell("reading", "time, by pointer", seconds, 0);
    timespec_get(&at, TIME_UTC);
    tell("reading", "timespec_get", at.tv_sec, at.tv_nsec);
    struct timeb timeb;
    ftime(&timeb);
    tell("reading", "ftime", timeb.time, timeb.millitm * 1000000L);
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &at);
    tell("reading", "syscall: clock_gettime", at.tv_sec, at.tv_nsec);
    syscall(SYS_gettimeofday, &of_day, NULL);
    tell("reading", "syscall: gettimeofday", of_day.tv_sec, of_day.tv_usec * 1000);
    tell("reading", "syscall: time", syscall(SYS_time, NULL), 0);
    at = now(CLOCK_MONOTONIC);
    tell("steady", "monotonic", at.tv_sec, at.tv_nsec);
    at = now(CLOCK_BOOTTIME);
    tell("steady", "since the start", at.tv_sec, at.tv_nsec);
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &at);
    tell("steady", "syscall: monotonic", at.tv_sec, at.tv_nsec);
}

static void must(int holds, const char *what)
{
    if (!holds)
        printf("wrong %s\n", what);
}

/* What goes through the library and has nothing to do with the clock. */
static void others(void)
{
    must(syscall(SYS_getpid) == getpid(), "syscall without arguments");
    must(syscall(SYS_close, -1) == -1 && errno == EBADF, "syscall that fails");
    void *page = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    must(page != MAP_FAILED && *(char *)page == 0, "syscall with six arguments");
    struct timespec time;
    must(clock_gettime(12345, &time) == -1 && errno == EINVAL, "a clock that is none");
    must(syscall(SYS_clock_gettime, 12345, &time) == -1 && errno == EINVAL, "syscall: a clock that is none");
    struct timespec never = {2000000000, 1000000000};
    must(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &never, NULL) == EINVAL, "a time that is none");
    int timer = timerfd_create(CLOCK_REALTIME, 0);
    struct itimerspec past = {{0, 0}, {1000000000, 0}}, left;
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &past, NULL);
    must(expired(timer) == ETIMEDOUT, "a timer until a time long past");
    timer = timerfd_create(CLOCK_REALTIME, 0);
    struct itimerspec stop = {{0, 0}, {0, 0}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &stop, NULL);
    timerfd_gettime(timer, &left);
    must(left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0, "a timer that is stopped");
    struct timespec far = {(time_t)(~0UL >> 1), 0};
    sem_t ready;
    sem_init(&ready, 0, 1);
    must(sem_timedwait(&ready, &far) == 0, "a deadline at the end of time");
}

static int cleaned;
static void clean(void *quiet)
{
    cleaned = 1;
    pthread_mutex_unlock(&((struct quiet *)quiet)->mutex);
}
static void *wait_to_be_cancelled(void *quiet)
{
    struct quiet *it = quiet;
    struct timespec until = now(CLOCK_REALTIME);
    until.tv_sec += 1000;
    pthread_mutex_lock(&it->mutex);
    pthread_cleanup_push(clean, it);
    pthread_cond_timedwait(&it->condition, &it->mutex, &until);
    pthread_cleanup_pop(0);
    return NULL;
}
/* A thread that is ended while it waits unwinds through the library. */
static void cancellation(void)
{
    struct quiet it;
    quiet(&it, CLOCK_REALTIME);
    pthread_mutex_unlock(&it.mutex);
    pthread_t thread;
    void *result;
    pthread_create(&thread, NULL, wait_to_be_cancelled, &it);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    must(result == PTHREAD_CANCELED && cleaned, "a wait that is cancelled");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGRTMIN);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    mtx_init(&held_c11, mtx_timed);
    mtx_lock(&held_c11);
    pthread_mutex_lock(&held);
    pthread_rwlock_wrlock(&written);
    sem_init(&empty, 0, 0);
    held_by_main = getpid();

    pthread_t early[COUNT(early_waits)], late[COUNT(waits)];
    readings();
    start(early_waits, COUNT(early_waits), early);
    puts("ready");
    if (getchar() == EOF)
        return 1;
    readings();
    others();
    start(waits, COUNT(waits), late);
    cancellation();
    join(early, COUNT(early_waits));
    join(late, COUNT(waits));
    puts("done");
    /* Some threads linger. */
    exit(0);
}

// Reads the wall clock, and waits, in the ways that C++ has. What it prints, and when, is told in
// ../preload/story.rs.

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <future>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono;
using namespace std::chrono_literals;

// Whether the wait ended because its time was over.
using Wait = std::function<bool()>;

static void readings()
{
    auto seconds = duration<double>(system_clock::now().time_since_epoch());
    std::printf("reading %.6f system_clock\n", seconds.count());
    seconds = steady_clock::now().time_since_epoch();
    std::printf("steady %.6f steady_clock\n", seconds.count());
}

static std::thread start(std::string name, Wait wait)
{
    return std::thread([name, wait] {
        auto begun = steady_clock::now();
        bool over = wait();
        auto took = duration_cast<milliseconds>(steady_clock::now() - begun).count();
        if (over)
            std::printf("wait %ld %s\n", static_cast<long>(took), name.c_str());
        else
            std::printf("wrong %s\n", name.c_str());
    });
}

static std::timed_mutex held;
static std::shared_timed_mutex written;
static std::counting_semaphore<1> none(0);

static std::pair<std::string, Wait> const waits[] = {
    {"condition_variable, wall clock", [] {
        std::mutex mutex;
        std::condition_variable condition;
        std::unique_lock lock(mutex);
        return condition.wait_until(lock, system_clock::now() + 300ms) == std::cv_status::timeout;
    }},
    {"condition_variable, relative", [] {
        std::mutex mutex;
        std::condition_variable condition;
        std::unique_lock lock(mutex);
        return condition.wait_for(lock, 300ms) == std::cv_status::timeout;
    }},
    {"timed_mutex, wall clock", [] { return !held.try_lock_until(system_clock::now() + 300ms); }},
    {"timed_mutex, relative", [] { return !held.try_lock_for(300ms); }},
    {"shared_timed_mutex, wall clock", [] { return !written.try_lock_shared_until(system_clock::now() + 300ms); }},
    {"semaphore, wall clock", [] { return !none.try_acquire_until(system_clock::now() + 300ms); }},
    {"semaphore, monotonic", [] { return !none.try_acquire_until(steady_clock::now() + 300ms); }},
    {"future, wall clock", [] {
        std::promise<void> promise;
        return promise.get_future().wait_until(system_clock::now() + 300ms) == std::future_status::timeout;
    }},
    {"future, relative", [] {
        std::promise<void> promise;
        return promise.get_future().wait_for(300ms) == std::future_status::timeout;
    }},
    {"sleep_until, wall clock", [] { std::this_thread::sleep_until(system_clock::now() + 300ms); return true; }},
    {"sleep_for", [] { std::this_thread::sleep_for(300ms); return true; }},
};

int main()
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    held.lock();
    written.lock();
    std::vector<std::thread> threads;
    readings();
    threads.push_back(start("condition_variable, relative, early", waits[1].second));
    threads.push_back(start("sleep_for, early", [] { std::this_thread::sleep_for(300ms); return true; }));
    std::puts("ready");
    if (std::getchar() == EOF)
        return 1;
    readings();
    for (auto const &[name, wait] : waits)
        threads.push_back(start(name, wait));
    for (auto &thread : threads)
        thread.join();
    std::puts("done");
}

// As clock.c, by the means of C++.
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

using namespace std::chrono;

static long monotonic() {
    return duration_cast<std::chrono::milliseconds>(steady_clock::now().time_since_epoch()).count();
}

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        if (line == "now") {
            auto now = system_clock::now().time_since_epoch();
            std::cout << duration_cast<seconds>(now).count() << ' ' << monotonic() << std::endl;
        }
        if (line == "sleep") {
            long start = monotonic();
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            long slept = monotonic();
            std::mutex mutex;
            std::condition_variable never;
            std::unique_lock<std::mutex> lock(mutex);
            never.wait_for(lock, std::chrono::milliseconds(200), [] { return false; });
            std::cout << slept - start << ' ' << monotonic() - slept << std::endl;
        }
    }
}

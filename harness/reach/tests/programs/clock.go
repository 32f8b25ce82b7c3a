// As clock.c, by the means of Go. "run" and the path of a program has that program tell the time;
// "become" runs it in place of this one.
//
// It uses as little of the standard library as it can: that is compiled first.
package main

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

const wait = 200 * time.Millisecond

var start = time.Now()

// The next line, without its end; empty if there is none.
func next() string {
	var line, one []byte = nil, make([]byte, 1)
	for {
		count, err := syscall.Read(0, one)
		if err == syscall.EINTR {
			continue
		}
		if count < 1 || one[0] == '\n' {
			return string(line)
		}
		line = append(line, one[0])
	}
}

func tell(numbers ...int64) {
	var line []byte
	for _, number := range numbers {
		digits := []byte{' '}
		for rest := number; rest > 0 || len(digits) == 1; rest /= 10 {
			digits = append([]byte{byte('0' + rest%10)}, digits...)
		}
		line = append(line, digits...)
	}
	syscall.Write(1, append(line, '\n'))
}

func waitInEachWay() {
	started := time.Now()
	time.Sleep(wait)
	slept := time.Now()
	<-time.NewTimer(wait).C
	fired := time.Now()
	select {
	case <-make(chan bool):
	case <-time.After(wait):
	}
	milliseconds := func(taken time.Duration) int64 { return taken.Milliseconds() }
	tell(milliseconds(slept.Sub(started)), milliseconds(fired.Sub(slept)), milliseconds(time.Since(fired)))
}

func storm() {
	var storming atomic.Bool
	storming.Store(true)
	type counts struct{ bad, met int64 }
	done := make(chan counts)
	for i := 0; i < 2; i++ {
		go func() {
			var read counts
			var last int64
			for storming.Load() {
				now := time.Now().UnixNano()
				if now < last {
					read.bad++
				}
				if last > 0 && now > last+int64(time.Second/2) {
					read.met++
				}
				last = now
			}
			done <- read
		}()
	}
	tell(0)
	next()
	storming.Store(false)
	first, second := <-done, <-done
	tell(first.bad+second.bad, first.met+second.met)
}

func run(program string) {
	attributes := &syscall.ProcAttr{Files: []uintptr{0, 1, 2}}
	process, err := syscall.ForkExec(program, []string{program, "+%s"}, attributes)
	if err != nil {
		panic(err)
	}
	syscall.Wait4(process, nil, 0, nil)
}

// From another thread than the first one.
func become(program string) {
	runtime.LockOSThread()
	panic(syscall.Exec(program, []string{program, "+%s"}, nil))
}

func init() {
	runtime.LockOSThread()
}

func main() {
	for {
		switch line := next(); {
		case line == "":
			return
		case line == "now":
			tell(time.Now().Unix(), time.Since(start).Milliseconds())
		case line == "sleep":
			waitInEachWay()
		case line == "storm":
			storm()
		case line[:4] == "run ":
			run(line[4:])
		case line[:7] == "become ":
			go become(line[7:])
		}
	}
}

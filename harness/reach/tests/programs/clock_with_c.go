// Makes clock.go a program that has a C library, too.
package main

// #include <time.h>
// static long now(void) { return time(NULL); }
import "C"

func init() {
	if C.now() < 1 {
		panic("the C library does not know the time")
	}
}

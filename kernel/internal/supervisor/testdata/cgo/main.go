// Command cgo dies in C code, as its argument says. The test's -update runs it
// for the texts in testdata/reports.
package main

/*
#include <stdlib.h>
static void segv(char *p) { *p = 1; }
static void twice(void) { char *volatile p = malloc(100); free(p); free(p); }
void throw_it(void);
*/
// #cgo LDFLAGS: -lstdc++
import "C"

import (
	"os"
	"time"
)

var ways = map[string]func(){
	"cgo-segv":  segv,
	"cgo-abort": func() { C.abort() },
	"cgo-free":  func() { C.twice() },
	"cgo-throw": func() { C.throw_it() },
}

func main() {
	go ways[os.Args[1]]()
	time.Sleep(time.Minute)
}

//line cell[5]:1
func segv() {
	C.segv((*C.char)(nil))
}

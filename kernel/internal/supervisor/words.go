package supervisor

import (
	"fmt"
	"regexp"
	"strings"
)

// sigKill and sigSegv have these numbers on every Unix.
const (
	sigKill = 9
	sigSegv = 11
)

// A wording is what we say about one kind of crash report.
type wording struct {
	// match is tried on the report's head: all lines before the traces.
	match *regexp.Regexp
	// reason is the Crash's Reason.
	reason string
	// hint is one sentence; $1 stands for match's first group, {limit} for
	// what bounds the memory.
	hint string
}

func say(match, reason, hint string) wording {
	return wording{regexp.MustCompile("(?m)" + match), reason, hint}
}

// words is the table of what learners meet; the first match counts, so that
// the last rows are for everything else. The texts matched are the Go
// runtime's (src/runtime, sync, reflect) of Go 1.26; testdata holds them whole.
var words = []wording{
	// Fatal errors: recover does not stop them.
	say(`^fatal error: (?:concurrent map writes|concurrent map read and map write|concurrent map iteration and map write)`, FatalError,
		"two goroutines used the same map at the same time and one of them wrote: guard it with a sync.Mutex, use a sync.Map, or give each goroutine its own map and merge them at the end"),
	say(`^fatal error: all goroutines are asleep - deadlock!`, Deadlock,
		"every goroutine waits for another one: look for a channel that nobody sends to, receives from or closes, a lock that is never unlocked, or a WaitGroup whose Done is never called"),
	say(`^fatal error: no goroutines \(main called runtime\.Goexit\)`, Deadlock,
		"runtime.Goexit ended the main goroutine and there was no other one left: return from the function instead"),
	say(`^fatal error: sync: (?:Unlock of unlocked Mutex|unlock of unlocked mutex|unlock of unlocked RWMutex|Unlock of unlocked RWMutex|RUnlock of unlocked RWMutex)`, FatalError,
		"a mutex was unlocked that nobody had locked: unlock once for every lock, best with defer directly after it, and never copy a mutex"),
	say(`^fatal error: stack overflow|^runtime: goroutine stack exceeds`, StackOverflow,
		"a function calls itself without end, directly or through others: check the condition that should stop the recursion, or write it as a loop"),
	say(`^runtime: (?:out of memory: )?cannot allocate ([0-9]+)-byte block|^fatal error: (?:runtime: )?out of memory|^fatal error: runtime: cannot allocate memory|^fatal error: runtime: cannot map pages|^runtime: mmap.*failed with 12|errno=12\b`, OutOfMemory,
		"the program wanted more memory than {limit}: use smaller data, work on it piece by piece, or let go of what is no longer needed"),
	say(`^runtime: program exceeds ([0-9]+)-thread limit`, FatalError,
		"more than $1 goroutines were inside system calls or C code at the same time, and each of those holds a thread: bound how many run at once"),
	say(`^runtime: failed to create new OS thread|^runtime/cgo: pthread_create failed`, FatalError,
		"the system gave the program no memory for one more thread, or no more threads: stay further below {limit}, bound how many goroutines are in system calls or C code at once, or raise the limit of processes (ulimit -u)"),
	say(`^fatal error: checkptr`, FatalError,
		"a conversion with unsafe.Pointer broke its rules: look at the line and at the documentation of package unsafe"),
	say(`^fatal error: fault|^unexpected fault address`, FatalError,
		"the program touched memory that is not there any more, such as a mapped file that was made shorter or unmapped, or used a stale unsafe.Pointer"),
	say(`^fatal error: found bad pointer in Go heap|^fatal error: found pointer to free object|^runtime: pointer .* to unallocated span|^runtime: bad pointer`, FatalError,
		"memory was overwritten behind Go's back: look at code that uses unsafe or C, and for data races on slices, strings and interfaces"),
	say(`^WARNING: DATA RACE`, DataRace,
		"two goroutines used the same variable at the same time and one of them wrote: guard it with a sync.Mutex, use sync/atomic, or hand the value over through a channel"),
	say(`^(?:free\(\)|malloc\(\)|realloc\(\)|malloc_consolidate\(\)|munmap_chunk\(\)|double free or corruption|corrupted size vs\. prev_size|\*\*\* (?:stack smashing|buffer overflow) detected)`, CAbort,
		"C code overwrote or freed memory that was not its own: look at what was handed to C, and who frees it"),
	say(`^terminate called `, CAbort,
		"C++ code threw an exception that nobody caught: catch it in the C++ function that Go calls"),
	say(`^SIG(?:SEGV|BUS|ILL|FPE|TRAP|SYS): `, FatalError,
		"C code that Go called, or an unsafe.Pointer, used memory or an instruction that it must not: look at pointers and lengths handed to C"),
	say(`^SIGABRT: `, FatalError,
		"C code called abort, or someone sent the session SIGABRT: look above for what it printed"),
	say(`^SIGQUIT: `, FatalError,
		"someone sent the session SIGQUIT, which prints all goroutines and ends it"),

	// Panics. One that its goroutine does not recover ends the process.
	say(`^\t?panic: (?:runtime error: )?index out of range \[(-?[0-9]+)\] with length 0`, Panic,
		"element $1 of something empty was asked for: fill it, or check its len first"),
	say(`^\t?panic: (?:runtime error: )?index out of range \[(-?[0-9]+)\](?: with length ([0-9]+))?`, Panic,
		"element $1 does not exist, because counting starts at 0 and ends at len-1: check the index, or loop with range"),
	say(`^\t?panic: reflect: (?:slice|array|string) index out of range`, Panic,
		"an element was asked for that does not exist: check the index against len"),
	say(`^\t?panic: (?:runtime error: )?slice bounds out of range`, Panic,
		"a slice expression reaches beyond what it slices: check both bounds against len, and that the first is not above the second"),
	say(`^\t?panic: (?:runtime error: )?invalid memory address or nil pointer dereference|^\t?panic: reflect: call of reflect\.Value\.\w+ on zero Value|^\t?panic: value method .* called using nil`, Panic,
		"a nil pointer, function or interface was used: give the variable a value first, or check it against nil"),
	say(`^\t?panic: assignment to entry in nil map`, Panic,
		"a map must be made before it is written to: m = map[K]V{} or make(map[K]V)"),
	say(`^\t?panic: (?:runtime error: )?integer divide by zero`, Panic,
		"an integer was divided by zero: check the divisor first"),
	say(`^\t?panic: (?:runtime error: )?negative shift amount`, Panic,
		"a shift by a negative number: check the count, or use an unsigned one"),
	say(`^\t?panic: (?:runtime error: )?make(?:slice|chan|map): (?:len|cap|size) out of range`, Panic,
		"make was asked for a negative or impossible size: check how the size is computed"),
	say(`^\t?panic: (?:runtime error: )?cannot convert slice with length`, Panic,
		"a slice was converted to an array that is longer than it: check its len first"),
	say(`^\t?panic: interface conversion: |^\t?panic: reflect: .*is not assignable to`, Panic,
		"the interface holds another type than the assertion says: use v, ok := x.(T), or a type switch"),
	say(`^\t?panic: (?:runtime error: )?(?:hash of unhashable type|comparing uncomparable type) (\S+)`, Panic,
		"$1 cannot be compared, so it can be neither a map key nor an operand of ==: use a key made of strings, numbers, arrays or structs of these"),
	say(`^\t?panic: close of closed channel`, Panic,
		"a channel can be closed only once: let one goroutine, the one that sends, close it"),
	say(`^\t?panic: send on closed channel`, Panic,
		"a value was sent to a channel that had been closed: close it only after the last send, for example after wg.Wait()"),
	say(`^\t?panic: close of nil channel`, Panic,
		"the channel was never made: c := make(chan T)"),
	say(`^\t?panic: sync: negative WaitGroup counter`, Panic,
		"wg.Done was called more often than wg.Add announced: call Add before the go statement, Done once per goroutine, or use wg.Go"),
	say(`^\t?panic: sync: WaitGroup (?:misuse|is reused)`, Panic,
		"wg.Add ran at the same time as wg.Wait: call Add before the goroutine starts and before Wait"),
	say(`^\t?panic: sync: .*nlock of unlocked`, Panic,
		"a mutex was unlocked that nobody had locked: unlock once for every lock, best with defer directly after it"),
	say(`^\t?panic: sync/atomic: `, Panic,
		"an atomic.Value was given nil or a value of another type than before: store always the same type"),
	say(`^\t?panic: strings: negative Repeat count|^\t?panic: bytes: negative Repeat count`, Panic,
		"Repeat needs a count of 0 or more: check how it is computed"),
	say(`^\t?panic: panic called with nil argument|^\t?panic: nil$`, Panic,
		"panic was called with nil: give it an error or a text that says what went wrong"),
	say(`^\t?panic: (?:runtime error: )?cgo argument has Go pointer|^\t?panic: (?:runtime error: )?cgo result`, Panic,
		"memory that holds Go pointers was handed to C: hand over plain data, or memory from C.malloc"),
	say(`^\t?panic: (?:\([^\n]*\) (?:0x[0-9a-f]+|\{0x)|<[^\n]* Value>)`, Panic,
		"panic was called with a value that Go does not print in full, in a goroutine that does not recover it: panic with an error, or give the type an Error or String method"),
	say(`^panic: `, Panic,
		"a goroutine panicked and did not recover, which ends the whole session: return an error instead, or put defer func() { if r := recover(); r != nil { … } }() first in that goroutine"),
	say(`^fatal error: |^fatal: |^runtime: |^runtime/cgo: `, FatalError,
		"the Go runtime found itself in a state from which it cannot go on; recover does not help against it"),
}

// An ending is what we say when there is no report, only a status.
type ending struct {
	is      func(death) bool
	reason  func(death) string
	message func(death) string
	hint    string
}

// endings is tried from the top; the last row takes what is left.
var endings = []ending{
	{
		is:      func(d death) bool { return d.signal == sigKill && d.why == Interrupted },
		reason:  always(Interrupted),
		message: always("the cell did not stop, so its process was ended"),
		hint:    "compiled code stops only where it looks whether it should: check ctx.Err() or interrupt in long loops, and variables will survive the next time",
	},
	{
		is:      func(d death) bool { return d.signal == sigKill && strings.HasPrefix(d.why, BrokenLink) },
		reason:  always(BrokenLink),
		message: func(d death) string { return strings.TrimPrefix(d.why, BrokenLink+": ") },
		hint:    "the session did not speak to the kernel as it should: if the cell did nothing with file descriptor 3, this is a fault in Weft",
	},
	{
		is:      func(d death) bool { return d.signal == sigKill && d.killedByKernel },
		reason:  always(OutOfMemory),
		message: always("killed by the system, which had no memory left"),
		hint:    "the machine or the container ran out of memory before the program reached {limit}: use smaller data, or work on it piece by piece",
	},
	{
		is:      func(d death) bool { return d.signal == sigKill && d.why == "" },
		reason:  signalled,
		message: always("killed from outside (SIGKILL)"),
		hint:    "somebody killed the process, most often the system because memory ran out: use smaller data, or close other programs",
	},
	{
		is:      func(d death) bool { return d.signal == sigSegv },
		reason:  signalled,
		message: always("segmentation fault (SIGSEGV)"),
		hint:    "C code used memory that is not its own: look at pointers and lengths handed to C",
	},
	{
		is:      func(d death) bool { return d.signal > 0 },
		reason:  signalled,
		message: always(""),
		hint:    "somebody, or C code in the program itself, sent the process a signal that ends it",
	},
	{
		is:      func(d death) bool { return d.code == 0 },
		reason:  exited,
		message: always(""),
		hint:    "the program ended the session with exit status 0: in a notebook return from the function instead of calling os.Exit",
	},
	{
		is:      func(death) bool { return true },
		reason:  exited,
		message: func(d death) string { return lastLine(d.told) },
		hint:    "the program ended the session, by os.Exit or log.Fatal: in a notebook return an error or call panic instead",
	},
}

func always(s string) func(death) string { return func(death) string { return s } }

func signalled(d death) string { return fmt.Sprintf("killed by signal %d", d.signal) }

func exited(d death) string { return fmt.Sprintf("exit status %d", d.code) }

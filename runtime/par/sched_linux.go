package par

import (
	"syscall"
	"time"
	"unsafe"
)

// yield lets other threads on this processor go first (sched_yield(2), some
// 0.2 µs). The system likes to wake a helper on its caller's processor; without
// a yield the helper would then look out for work there while the caller waits
// for the processor. Once per lookout is enough and not too much: Linux takes a
// time slice from whoever yields, so a helper that did it again and again
// would be let run only milliseconds later when it is next woken.
func yield() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }

// nap sleeps for d, some 0.1 ms longer by the system's clock, and costs next to
// no processor time. time.Sleep is no help: it counts in milliseconds when the
// program has nothing else to do.
func nap(d time.Duration) {
	t := syscall.NsecToTimespec(d.Nanoseconds())
	_ = syscall.Nanosleep(&t, nil) // a signal may end it early
}

const canNap = true

// processor returns which processor the thread runs on, -1 if unknown.
func processor() int {
	var cpu uint32
	if _, _, err := syscall.RawSyscall(sysGetcpu, uintptr(unsafe.Pointer(&cpu)), 0, 0); err != 0 {
		return -1
	}
	return int(cpu)
}

// leaveProcessor moves the thread away from processor cpu, if it may run elsewhere: the
// set of processors allowed is made smaller and, when it has moved, what it was.
func leaveProcessor(cpu int) {
	var all, others [1024 / 64]uint64
	size := unsafe.Sizeof(all)
	n, _, err := syscall.RawSyscall(syscall.SYS_SCHED_GETAFFINITY, 0, size, uintptr(unsafe.Pointer(&all)))
	if err != 0 || cpu < 0 || cpu >= 1024 {
		return
	}
	others = all
	others[cpu/64] &^= 1 << (cpu % 64)
	if others == [len(others)]uint64{} {
		return
	}
	syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, n, uintptr(unsafe.Pointer(&others)))
	syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, n, uintptr(unsafe.Pointer(&all)))
}

package par

import "syscall"

// yield lets other threads on this processor go first (sched_yield(2), some
// 0.2 µs). The system likes to wake a helper on its caller's processor; without
// a yield the helper would then look out for work there while the caller waits
// for the processor. Once per lookout is enough and not too much: Linux takes a
// time slice from whoever yields, so a helper that did it again and again
// would be let run only milliseconds later when it is next woken.
func yield() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }

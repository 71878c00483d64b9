package profile

import "strings"

// Groups of the Go runtime's functions. A learner's question is what the time
// went into, not which of a thousand internal functions the processor was in.
const (
	groupGC       = "Go runtime: garbage collection"
	groupSchedule = "Go runtime: scheduling goroutines"
	groupAlloc    = "Go runtime: allocating memory"
	groupMap      = "Go runtime: maps"
	groupChan     = "Go runtime: channels and locks"
	groupCopy     = "Go runtime: copying and clearing memory"
	groupString   = "Go runtime: strings"
	groupSystem   = "Go runtime: system calls"
	groupStack    = "Go runtime: growing stacks"
	groupOther    = "Go runtime: other"
)

// groups tells the group of a runtime function by a part of its name; the
// first row that matches counts, so the special stand before the general.
// Names as of Go 1.26's src/runtime; what a later release renames falls into
// "other".
var groups = []struct{ part, group string }{
	{"gcBgMark", groupGC}, {"gcAssist", groupGC}, {"gcDrain", groupGC}, {"gcMark", groupGC}, {"gcStart", groupGC}, {"gcParkAssist", groupGC},
	{"scanobject", groupGC}, {"scanblock", groupGC}, {"scanstack", groupGC}, {"scanObject", groupGC}, {"scanSpan", groupGC}, {"greyobject", groupGC}, {"markroot", groupGC}, {"wbBuf", groupGC}, {"gcWriteBarrier", groupGC}, {"bulkBarrier", groupGC},
	{"bgsweep", groupGC}, {"bgscavenge", groupGC}, {"sweepone", groupGC}, {"sweep", groupGC}, {"scavenge", groupGC}, {"spanQueue", groupGC}, {"runtime.GC", groupGC},
	{"newstack", groupStack}, {"copystack", groupStack}, {"morestack", groupStack},
	{"chansend", groupChan}, {"chanrecv", groupChan}, {"selectgo", groupChan}, {"selectnb", groupChan}, {"closechan", groupChan}, {"semacquire", groupChan}, {"semrelease", groupChan}, {"sellock", groupChan}, {"notifyList", groupChan},
	{"schedule", groupSchedule}, {"findRunnable", groupSchedule}, {"park_m", groupSchedule}, {"gopark", groupSchedule}, {"goready", groupSchedule}, {"mcall", groupSchedule}, {"stealWork", groupSchedule}, {"runqgrab", groupSchedule}, {"runqsteal", groupSchedule}, {"wakep", groupSchedule}, {"startm", groupSchedule}, {"stopm", groupSchedule}, {"notesleep", groupSchedule}, {"notewakeup", groupSchedule}, {"futex", groupSchedule}, {"netpoll", groupSchedule}, {"usleep", groupSchedule}, {"osyield", groupSchedule}, {"procyield", groupSchedule}, {"newproc", groupSchedule}, {"goexit0", groupSchedule}, {"gosched", groupSchedule}, {"gopreempt", groupSchedule}, {"sysmon", groupSchedule}, {"asyncPreempt", groupSchedule}, {"lock2", groupSchedule}, {"unlock2", groupSchedule}, {"epollwait", groupSchedule}, {"gdestroy", groupSchedule}, {"checkTimers", groupSchedule},
	{"map", groupMap}, {"internal/runtime/maps", groupMap}, {"aeshash", groupMap}, {"memhash", groupMap}, {"strhash", groupMap},
	{"mallocgc", groupAlloc}, {"newobject", groupAlloc}, {"growslice", groupAlloc}, {"makeslice", groupAlloc}, {"nextFree", groupAlloc}, {"mcache", groupAlloc}, {"mcentral", groupAlloc}, {"mheap", groupAlloc}, {"makechan", groupAlloc}, {"heapSetType", groupAlloc}, {"sysUsed", groupAlloc},
	{"memmove", groupCopy}, {"memclr", groupCopy}, {"duffcopy", groupCopy}, {"duffzero", groupCopy}, {"typedmemmove", groupCopy},
	{"concatstring", groupString}, {"slicebytetostring", groupString}, {"stringtoslice", groupString}, {"rawstring", groupString}, {"memequal", groupString}, {"cmpstring", groupString}, {"decoderune", groupString}, {"intstring", groupString},
	{"entersyscall", groupSystem}, {"exitsyscall", groupSystem}, {"internal/runtime/syscall", groupSystem}, {"syscall", groupSystem},
}

// group names what the runtime did. fns are its functions at the inner end of
// a stack, innermost first; the outermost that has a group decides, because
// copying memory for the collector is the collector's time. Leaf routines such
// as memmove decide only where they stand alone.
func group(fns []string) string {
	found := groupOther
	for _, fn := range fns {
		for _, g := range groups {
			if strings.Contains(fn, g.part) {
				if g.group != groupCopy && g.group != groupStack || found == groupOther {
					found = g.group
				}
				break
			}
		}
		if found == groupGC { // assists happen inside allocation
			return found
		}
	}
	return found
}

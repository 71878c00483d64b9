package counters

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// reason says in words why the kernel refuses to open a row, and what to do.
// The errors are those of perf_event_open(2).
func (m *machinery) reason(r *row, err error) string {
	var no syscall.Errno
	if !errors.As(err, &no) {
		return err.Error()
	}
	switch no {
	case syscall.ENOENT:
		return m.noSuch(r.count.Event)
	case syscall.EOPNOTSUPP:
		return "this processor's counters can't count it"
	case syscall.EACCES, syscall.EPERM:
		return m.refused(no)
	case syscall.EMFILE:
		return "too many open files: every event needs one for each thread; ask for fewer events, or raise the limit with ulimit -n"
	case syscall.ENFILE:
		return "the machine has too many open files: sudo sysctl fs.file-max=…"
	case syscall.EBUSY:
		return "another program has the counter for itself; on x86 the kernel's own watchdog does: sudo sysctl kernel.nmi_watchdog=0"
	case syscall.EINVAL:
		if r.count.Event.Kind == kindSysfs && r.count.Event.Name != "slots" {
			return "the kernel refuses it as an invalid event: topdown events count only together with slots, ask for the set stalls"
		}
		return "this kernel does not know the event, or the processor can't count it (invalid argument)"
	case syscall.ENODEV:
		return "this processor has no such counter (no such device)"
	case syscall.ENOSPC:
		return "all counters of the processor are taken"
	case syscall.ENOSYS:
		return "this kernel has no performance events (perf_event_open is missing: built without CONFIG_PERF_EVENTS, or a sandbox such as gVisor)"
	case syscall.E2BIG:
		return "this kernel is too old for the way events are asked for"
	}
	return fmt.Sprintf("perf_event_open: %v", error(no))
}

// noSuch says why a processor has no such event.
func (m *machinery) noSuch(e Event) string {
	switch {
	case e.Kind == kindSoftware:
		return "this kernel does not count it"
	case len(m.pmus) == 0 && m.virtual():
		return "no PMU in this virtual machine: its host does not pass the processor's counters on"
	case len(m.pmus) == 0:
		return "the kernel knows no PMU of this processor"
	}
	return "this processor does not count it"
}

// virtual reports whether this is a virtual machine, as far as Linux knows.
func (m *machinery) virtual() bool {
	text, _ := m.kernel.readFile("/proc/cpuinfo")
	if strings.Contains(string(text), " hypervisor") {
		return true
	}
	_, err := m.kernel.readFile("/sys/hypervisor/type")
	return err == nil
}

// refused says who refuses: the kernel's setting, or a filter of system calls.
func (m *machinery) refused(no syscall.Errno) string {
	const name = "/proc/sys/kernel/perf_event_paranoid"
	text, err := m.kernel.readFile(name)
	level, bad := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil && bad == nil && level > 2 {
		return fmt.Sprintf("perf_event_paranoid=%d keeps users from counting; to allow it: sudo sysctl kernel.perf_event_paranoid=2", level)
	}
	if m.filtered() {
		return "a seccomp filter refuses perf_event_open, as containers have one; start the container with --cap-add=PERFMON or with a seccomp profile that allows it"
	}
	if err == nil && bad == nil {
		return fmt.Sprintf("the kernel refuses it (%v) at perf_event_paranoid=%d; more is allowed with: sudo sysctl kernel.perf_event_paranoid=-1", error(no), level)
	}
	return fmt.Sprintf("the kernel refuses it (%v)", error(no))
}

// filtered reports whether this process runs under a filter of system calls.
func (m *machinery) filtered() bool {
	text, _ := m.kernel.readFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if mode, ok := strings.CutPrefix(line, "Seccomp:"); ok {
			return strings.TrimSpace(mode) == "2"
		}
	}
	return false
}

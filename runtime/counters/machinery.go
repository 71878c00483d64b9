package counters

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// An attr is the kernel's struct perf_event_attr in its first form
// (PERF_ATTR_SIZE_VER0, 64 bytes), which every kernel takes.
type attr struct {
	Type       uint32
	Size       uint32
	Config     uint64
	Period     uint64
	SampleType uint64
	ReadFormat uint64
	Flags      uint64
	Wakeup     uint32
	BPType     uint32
	BPAddr     uint64
}

// Bits of attr.Flags and attr.ReadFormat (linux/perf_event.h).
const (
	flagInherit       = 1 << 1
	flagExcludeKernel = 1 << 5
	flagExcludeHV     = 1 << 6

	formatEnabled = 1 << 0
	formatRunning = 1 << 1
)

// A kernel is what the counters need of the system. Linux has one; tests have
// others.
type kernel interface {
	// open is perf_event_open(2) for a thread, on whichever processor it runs;
	// leader is -1 or the file descriptor that leads the group.
	open(a *attr, tid, leader int) (fd int, err error)
	read(fd int) ([3]uint64, error) // count, nanoseconds enabled, running
	close(fd int) error             //
	threads() ([]int, error)        // of this process
	readFile(name string) ([]byte, error)
	names(dir string) ([]string, error) // of what is in a folder
	usage() (own Usage, migrations Value)
}

const devices = "/sys/bus/event_source/devices"

// A pmu is a unit of a processor that counts.
type pmu struct {
	name string
	typ  uint32
}

// machinery finds out how events are opened on a kernel.
type machinery struct {
	kernel   kernel
	pmus     []pmu // of the cores: several on a processor with cores of several kinds
	userOnly bool  // the kernel's part may not be counted
}

func newMachinery(k kernel) *machinery {
	m := &machinery{kernel: k}
	names, _ := k.names(devices)
	slices.Sort(names)
	for _, name := range names {
		// As perf tells them apart: a unit of a core is "cpu" or has a list of cpus.
		_, err := k.readFile(path.Join(devices, name, "cpus"))
		if name != "cpu" && err != nil {
			continue
		}
		text, err := k.readFile(path.Join(devices, name, "type"))
		if typ, bad := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32); err == nil && bad == nil {
			m.pmus = append(m.pmus, pmu{name, uint32(typ)})
		}
	}
	return m
}

func (m *machinery) hybrid() bool { return len(m.pmus) > 1 }

// rows makes what an event needs: a row for each kind of core.
func (m *machinery) rows(e Event) []*row {
	one := func(name string, typ uint32, config uint64) *row {
		return &row{
			count: Count{Event: e, PMU: name, Source: "perf"},
			attr:  attr{Type: typ, Size: 64, Config: config, ReadFormat: formatEnabled | formatRunning, Flags: flagInherit},
		}
	}
	if e.Kind == kindSoftware || !m.hybrid() && e.Kind != kindSysfs {
		return []*row{one("", e.typ, e.config)}
	}
	var list []*row
	for _, p := range m.pmus {
		label := ""
		if m.hybrid() {
			label = p.name
		}
		switch e.Kind {
		case kindSysfs:
			config, err := m.sysfs(p.name, e.Name)
			if err != nil {
				if m.hybrid() && errors.Is(err, fs.ErrNotExist) {
					continue // the other kind of core may have it
				}
				r := one(label, p.typ, 0)
				r.fail(err.Error())
				list = append(list, r)
				continue
			}
			list = append(list, one(label, p.typ, config))
		case kindRaw:
			list = append(list, one(label, p.typ, e.config))
		default:
			// The kind of core stands in the upper half (since Linux 5.13).
			list = append(list, one(label, e.typ, e.config|uint64(p.typ)<<32))
		}
	}
	if len(list) == 0 {
		r := one("", typeRaw, 0)
		r.fail(m.noSuch(e))
		list = append(list, r)
	}
	return list
}

// sysfs finds the code of an event that the kernel names for a PMU:
// "event=0x00,umask=0x80" in events/NAME, with format/event saying where in the
// code it belongs: "config:0-7".
func (m *machinery) sysfs(unit, name string) (uint64, error) {
	text, err := m.kernel.readFile(path.Join(devices, unit, "events", name))
	if err != nil {
		return 0, noSuchError{m.noSuch(Event{Name: name, Kind: kindSysfs})}
	}
	var config uint64
	for term := range strings.SplitSeq(strings.TrimSpace(string(text)), ",") {
		field, value, ok := strings.Cut(term, "=")
		if !ok {
			value = "1"
		}
		v, err := strconv.ParseUint(value, 0, 64)
		if err != nil {
			return 0, fmt.Errorf("the kernel describes %s as %q, of which %q is not understood", name, text, term)
		}
		format, err := m.kernel.readFile(path.Join(devices, unit, "format", field))
		if err != nil {
			return 0, fmt.Errorf("the kernel describes %s with %q but does not say where that belongs", name, field)
		}
		bits, ok := place(strings.TrimSpace(string(format)), v)
		if !ok {
			return 0, fmt.Errorf("%s: the format %q of %q is not understood", name, strings.TrimSpace(string(format)), field)
		}
		config |= bits
	}
	return config, nil
}

// noSuchError is fs.ErrNotExist with a message for users.
type noSuchError struct{ text string }

func (e noSuchError) Error() string   { return e.text }
func (e noSuchError) Is(t error) bool { return t == fs.ErrNotExist }

// place spreads v over the bits that a format such as "config:0-7,32" names,
// lowest first.
func place(format string, v uint64) (uint64, bool) {
	ranges, ok := strings.CutPrefix(format, "config:")
	if !ok {
		return 0, false
	}
	var bits uint64
	for part := range strings.SplitSeq(ranges, ",") {
		low, high, ok := strings.Cut(part, "-")
		if !ok {
			high = low
		}
		from, err := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err != nil || err2 != nil || from < 0 || to > 63 || to < from {
			return 0, false
		}
		width := to - from + 1
		bits |= v & (1<<width - 1) << from
		v >>= width
	}
	return bits, true
}

// open opens a row for a thread. Where the kernel's own part may not be counted
// it is left out; events that happen in the kernel only then take their figure
// from elsewhere, and no file descriptor is opened.
func (m *machinery) open(r *row, tid, leader int) (int, error) {
	if !m.userOnly {
		fd, err := m.kernel.open(&r.attr, tid, leader)
		if !errors.Is(err, syscall.EACCES) && !errors.Is(err, syscall.EPERM) {
			return fd, err
		}
		probe := r.attr
		probe.Flags |= flagExcludeKernel | flagExcludeHV
		fd, err = m.kernel.open(&probe, tid, leader)
		if err != nil {
			return -1, err
		}
		m.userOnly = true
		if m.replace(r) {
			return fd, m.kernel.close(fd)
		}
		r.attr, r.count.UserOnly = probe, true
		return fd, nil
	}
	if m.replace(r) {
		return -1, nil
	}
	r.attr.Flags |= flagExcludeKernel | flagExcludeHV
	r.count.UserOnly = true
	return m.kernel.open(&r.attr, tid, leader)
}

// replace takes the figure from getrusage or /proc, if one of them has it.
func (m *machinery) replace(r *row) bool {
	switch r.count.Event.instead {
	case "":
		return false
	case "migrations":
		r.count.Source = "/proc"
	default:
		r.count.Source = "getrusage"
	}
	return true
}

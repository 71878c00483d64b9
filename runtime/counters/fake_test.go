package counters

import (
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// A fake is a kernel with counters of its own. Every file descriptor counts as
// count says; a group has room for so many hardware events.
type fake struct {
	files map[string]string
	dirs  map[string][]string
	tids  []int
	room  int // hardware events in one group; 0: no limit
	// refuse gives the error for an event, nil for none.
	refuse func(a *attr, tid int) error
	// count gives what an open event reads.
	count func(a *attr, tid int) [3]uint64

	live   map[int]*fakeEvent
	next   int
	closed int
	own    Usage
	moved  Value
}

type fakeEvent struct {
	attr
	tid, leader int
}

func newFake() *fake {
	return &fake{
		files: map[string]string{
			"/proc/cpuinfo": "flags\t: fpu sse\n", devices + "/cpu/type": "4\n",
			"/proc/sys/kernel/perf_event_paranoid": "2\n", "/proc/self/status": "Seccomp:\t0\n",
		},
		dirs: map[string][]string{devices: {"cpu", "software", "msr"}},
		tids: []int{10}, live: make(map[int]*fakeEvent), next: 100,
		count: func(*attr, int) [3]uint64 { return [3]uint64{1000, 500, 500} },
		own:   noUsage("not set"), moved: Num(0),
	}
}

func (f *fake) open(a *attr, tid, leader int) (int, error) {
	if f.refuse != nil {
		if err := f.refuse(a, tid); err != nil {
			return -1, err
		}
	}
	if leader >= 0 && f.room > 0 && a.Type != typeSoftware {
		n := 0
		for fd, e := range f.live {
			if fd == leader || e.leader == leader {
				n++
			}
		}
		if n >= f.room {
			return -1, syscall.EINVAL
		}
	}
	f.next++
	f.live[f.next] = &fakeEvent{attr: *a, tid: tid, leader: leader}
	return f.next, nil
}

func (f *fake) read(fd int) ([3]uint64, error) {
	e := f.live[fd]
	if e == nil {
		return [3]uint64{}, syscall.EBADF
	}
	return f.count(&e.attr, e.tid), nil
}

func (f *fake) close(fd int) error {
	if f.live[fd] == nil {
		return syscall.EBADF
	}
	delete(f.live, fd)
	f.closed++
	return nil
}

func (f *fake) threads() ([]int, error) { return slices.Clone(f.tids), nil }

func (f *fake) readFile(name string) ([]byte, error) {
	text, ok := f.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

func (f *fake) names(dir string) ([]string, error) {
	list, ok := f.dirs[dir]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return list, nil
}

func (f *fake) usage() (Usage, Value) { return f.own, f.moved }

// leaders returns how many groups are open.
func (f *fake) leaders() int {
	n := 0
	for _, e := range f.live {
		if e.leader < 0 {
			n++
		}
	}
	return n
}

// hybrid gives a fake two kinds of cores.
func (f *fake) hybrid() *fake {
	f.dirs[devices] = []string{"cpu_atom", "cpu_core", "software"}
	delete(f.files, devices+"/cpu/type")
	for name, typ := range map[string]string{"cpu_core": "4", "cpu_atom": "10"} {
		f.files[devices+"/"+name+"/type"] = typ + "\n"
		f.files[devices+"/"+name+"/cpus"] = "0-7\n"
	}
	return f
}

// topdown gives a PMU the kernel's names for topdown events.
func (f *fake) topdown(unit string) *fake {
	for i, name := range []string{"slots", "topdown-retiring", "topdown-bad-spec", "topdown-fe-bound", "topdown-be-bound"} {
		f.files[devices+"/"+unit+"/events/"+name] = "event=0x00,umask=0x" + []string{"4", "80", "81", "82", "83"}[i] + "\n"
	}
	f.files[devices+"/"+unit+"/format/event"] = "config:0-7\n"
	f.files[devices+"/"+unit+"/format/umask"] = "config:8-15\n"
	return f
}

// opens opens events by name on a fake.
func opens(f *fake, names string) *Group {
	events, err := Expand(strings.Fields(names)...)
	if err != nil {
		panic(err)
	}
	return open(f, events)
}

package shm

import (
	"fmt"
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// small is what is given without a look at the machine: the look takes some
// 50 µs.
const small = 1 << 20

// fits reports an error if that many bytes are more than there is room for. The
// kernel gives memory when it is touched, so without this the process would be
// killed later, in the midst of its work.
func fits(bytes int) error {
	if bytes <= small {
		return nil
	}
	r := look()
	if bytes <= r.free {
		return nil
	}
	return fmt.Errorf("%s are asked for, %s: %w", size(bytes), r, ErrTooLarge)
}

// room is what this process can have of the machine's memory, in bytes.
type room struct {
	total, free int    // of the machine, free with what it would drop for us
	limit       int    // of the control group, MaxInt without one
	group       string // which group limits
}

func (r room) String() string {
	text := fmt.Sprintf("%s of %s are free", size(r.free), size(r.total))
	if r.limit < r.total {
		text += fmt.Sprintf(", and control group %s may have %s", r.group, size(r.limit))
	}
	return text
}

// look reads /proc/meminfo (proc_meminfo(5)) and the limits of the control
// groups that this process is in, versions 2 and 1 (cgroups(7)). What can't be
// read limits nothing.
func look() room {
	r := room{total: math.MaxInt, free: math.MaxInt, limit: math.MaxInt}
	for key, value := range table("/proc/meminfo") {
		switch key {
		case "MemTotal:":
			r.total = value * 1024
		case "MemAvailable:":
			r.free = value * 1024
		}
	}
	groups, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(f) != 3:
		case f[1] == "":
			r.narrow("/sys/fs/cgroup", f[2], "memory.max", "memory.current", "inactive_file")
		case strings.Contains(","+f[1]+",", ",memory,"):
			r.narrow("/sys/fs/cgroup/memory", f[2], "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
		}
	}
	return r
}

// narrow takes the limits of a group and those above it into account.
func (r *room) narrow(root, group, limit, usage, cache string) {
	for {
		dir := path.Join(root, group)
		if max, ok := number(path.Join(dir, limit)); ok && max < r.total {
			used, _ := number(path.Join(dir, usage))
			if max < r.limit {
				r.limit, r.group = max, group
			}
			r.free = min(r.free, max-used+table(path.Join(dir, "memory.stat"))[cache])
		}
		if group == "/" || group == "." || group == "" {
			return
		}
		group = path.Dir(group)
	}
}

// number reads a file that holds one.
func number(file string) (int, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return n, err == nil
}

// table reads a file of lines that begin with a key and a number.
func table(file string) map[string]int {
	t := make(map[string]int)
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) >= 2 {
			if n, err := strconv.Atoi(f[1]); err == nil {
				t[f[0]] = n
			}
		}
	}
	return t
}

// size writes a number of bytes for people.
func size(bytes int) string {
	x, unit := float64(bytes), 0
	for x >= 1000 && unit < 5 {
		x, unit = x/1000, unit+1
	}
	return fmt.Sprintf("%.3g %s", x, [...]string{"bytes", "kB", "MB", "GB", "TB", "PB"}[unit])
}

package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A host is where a machine's files are: "" for the running one, else a folder
// that holds copies of /proc and /sys.
type host struct{ root string }

var thisHost host

// read returns a file's text without blanks around it, "" if there is none.
func (h host) read(name string) string {
	text, err := os.ReadFile(h.root + name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (h host) has(name string) bool {
	_, err := os.Stat(h.root + name)
	return err == nil
}

// colon returns the value of the first line "name : value".
func colon(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return ""
}

const cpus = "/sys/devices/system/cpu"

// cacheLevels lists the first core's caches, as Linux has them in /sys.
func (h host) cacheLevels() []CacheLevel {
	var list []CacheLevel
	for i := range 10 {
		dir := fmt.Sprintf("%s/cpu0/cache/index%d/", cpus, i)
		level, err := strconv.Atoi(h.read(dir + "level"))
		if err != nil {
			break
		}
		c := CacheLevel{Level: level, Kind: strings.ToLower(h.read(dir + "type")), Shared: cpuCount(h.read(dir + "shared_cpu_list"))}
		if kib, ok := strings.CutSuffix(h.read(dir+"size"), "K"); ok {
			if n, err := strconv.Atoi(kib); err == nil {
				c.Bytes = n << 10
			}
		}
		if c.Bytes > 0 {
			list = append(list, c)
		}
	}
	return list
}

// cpuCount counts a list such as "0-3,8".
func cpuCount(list string) int {
	n := 0
	for part := range strings.SplitSeq(list, ",") {
		low, high, ok := strings.Cut(part, "-")
		if !ok {
			high = low
		}
		from, err := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err == nil && err2 == nil && to >= from {
			n += to - from + 1
		}
	}
	return n
}

// physical counts different pairs of package and core.
func (h host) physical() int {
	dirs, _ := filepath.Glob(h.root + cpus + "/cpu[0-9]*/topology")
	seen := make(map[string]bool)
	for _, d := range dirs {
		d = strings.TrimPrefix(d, h.root)
		if id := h.read(d + "/core_id"); id != "" {
			seen[h.read(d+"/physical_package_id")+" "+id] = true
		}
	}
	return len(seen)
}

// vector names the widest vector instructions of a list of flags.
func vector(flags string) string {
	have := make(map[string]bool)
	for _, f := range strings.Fields(flags) {
		have[f] = true
	}
	for _, v := range []struct{ flag, name string }{
		{"avx512f", "AVX-512"}, {"avx2", "AVX2"}, {"avx", "AVX"}, {"sse4_2", "SSE4.2"}, {"sve", "SVE"}, {"asimd", "NEON"}, {"neon", "NEON"},
	} {
		if have[v.flag] {
			return v.name
		}
	}
	return "n/a: the system names no flags"
}

func (h host) governor() string {
	if g := h.read(cpus + "/cpu0/cpufreq/scaling_governor"); g != "" {
		return g
	}
	return "n/a: this kernel does not control the clock (as in most virtual machines)"
}

func (h host) turbo() string {
	switch h.read(cpus + "/intel_pstate/no_turbo") {
	case "0":
		return "on"
	case "1":
		return "off"
	}
	switch h.read(cpus + "/cpufreq/boost") {
	case "1":
		return "on"
	case "0":
		return "off"
	}
	return "n/a: this kernel does not tell"
}

// virtualization tells what lies between the program and the machine.
func (h host) virtualization(cpuinfo string) string {
	what := "none"
	vendor := strings.TrimSpace(h.read("/sys/class/dmi/id/sys_vendor") + " " + h.read("/sys/class/dmi/id/product_name"))
	switch {
	case h.read("/sys/hypervisor/type") != "":
		what = "virtual machine (" + h.read("/sys/hypervisor/type") + ")"
	case strings.Contains(colon(cpuinfo, "flags")+" ", "hypervisor "):
		what = "virtual machine"
		if vendor != "" {
			what += " (" + vendor + ")"
		}
	}
	if h.has("/.dockerenv") || h.has("/run/.containerenv") || h.has("/run/systemd/container") {
		if what == "none" {
			return "container"
		}
		what += ", container"
	}
	return what
}

// quota returns how many cores' worth of time the process's control groups
// allow, the least of them all, and how long they have stopped it.
func (h host) quota() (cores, throttled float64) {
	for line := range strings.Lines(h.read("/proc/self/cgroup") + "\n") {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		var mounts []string
		switch {
		case parts[1] == "":
			mounts = []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}
		case strings.Contains(","+parts[1]+",", ",cpu,"):
			mounts = []string{"/sys/fs/cgroup/" + parts[1], "/sys/fs/cgroup/cpu"}
		default:
			continue
		}
		for _, mount := range mounts {
			for dir := parts[2]; ; dir = filepath.Dir(dir) {
				if q := h.quotaOf(mount + dir); q > 0 && (cores == 0 || q < cores) {
					cores = q
				}
				throttled = max(throttled, h.throttled(mount+dir))
				if dir == "/" || dir == "." {
					break
				}
			}
		}
	}
	return cores, throttled
}

// quotaOf reads cpu.max ("200000 100000", version 2) or cfs_quota (version 1).
func (h host) quotaOf(dir string) float64 {
	words := strings.Fields(h.read(dir + "/cpu.max"))
	if len(words) < 2 {
		words = []string{h.read(dir + "/cpu.cfs_quota_us"), h.read(dir + "/cpu.cfs_period_us")}
	}
	quota, err := strconv.ParseFloat(words[0], 64)
	period, err2 := strconv.ParseFloat(words[1], 64)
	if err != nil || err2 != nil || quota <= 0 || period <= 0 {
		return 0 // "max", or -1
	}
	return quota / period
}

// throttled reads cpu.stat, in seconds.
func (h host) throttled(dir string) float64 {
	for line := range strings.Lines(h.read(dir + "/cpu.stat")) {
		words := strings.Fields(line)
		if len(words) != 2 {
			continue
		}
		n, err := strconv.ParseFloat(words[1], 64)
		switch {
		case err != nil:
		case words[0] == "throttled_usec":
			return n / 1e6
		case words[0] == "throttled_time":
			return n / 1e9
		}
	}
	return 0
}

package cachesim

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// unknown is the machine whose figures stand in for what a system does not tell.
const unknown = "skylake"

// Local returns the geometry of this machine's first core, as Linux describes
// it in /sys/devices/system/cpu and /proc/cpuinfo. The TLB is not described
// there: it is that of a known machine of the same processor family. What had
// to be assumed is said in Note.
func Local() Machine { return local(os.DirFS("/")) }

func local(root fs.FS) Machine {
	m, err := caches(root, "sys/devices/system/cpu/cpu0/cache")
	known, sure := family(root)
	if err != nil {
		m, _ = Find(known)
		m.Name, m.Note = "local", fmt.Sprintf("%v; the figures are those of %s", err, known)
		return m
	}
	of, _ := Find(known)
	m.TLBs = of.TLBs
	if !sure {
		m.Note = "the system does not describe the TLB: that of " + known + " is assumed"
	}
	return m
}

// caches reads the data and unified caches of a core.
func caches(root fs.FS, dir string) (Machine, error) {
	m := Machine{Name: "local", Source: "/" + dir}
	list, err := fs.ReadDir(root, dir)
	if err != nil {
		return m, fmt.Errorf("this system does not describe its caches")
	}
	level := map[int]Level{}
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), "index") {
			continue
		}
		at := path.Join(dir, e.Name())
		text := func(name string) string {
			b, _ := fs.ReadFile(root, path.Join(at, name))
			return strings.TrimSpace(string(b))
		}
		if text("type") == "Instruction" {
			continue
		}
		number, err1 := strconv.Atoi(text("level"))
		size, err2 := sizeOf(text("size"))
		line, err3 := strconv.Atoi(text("coherency_line_size"))
		ways, err4 := strconv.Atoi(text("ways_of_associativity"))
		for _, err := range []error{err1, err2, err3, err4} {
			if err != nil {
				return m, fmt.Errorf("/%s is not whole", at)
			}
		}
		if m.Line != 0 && line != m.Line {
			return m, fmt.Errorf("/%s has lines of %d bytes, the other caches of %d", at, line, m.Line)
		}
		m.Line = line
		level[number] = Level{Name: fmt.Sprintf("L%d", number), Size: size, Ways: ways}
	}
	for _, n := range slices.Sorted(maps.Keys(level)) {
		m.Levels = append(m.Levels, level[n])
	}
	m.Page = os.Getpagesize()
	if err := m.Check(); err != nil {
		return m, fmt.Errorf("/%s: %w", dir, err)
	}
	return m, nil
}

// sizeOf reads "32K", "32768K" or "1M".
func sizeOf(text string) (int, error) {
	unit := 1
	for _, u := range []struct {
		suffix string
		size   int
	}{{"K", kib}, {"M", mib}, {"G", 1 << 30}} {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			text, unit = rest, u.size
			break
		}
	}
	n, err := strconv.Atoi(text)
	if err == nil && (n < 0 || n > maxSize/unit) {
		err = fmt.Errorf("size %d out of range", n)
	}
	return n * unit, err
}

// families are processors of /proc/cpuinfo by the machine that has their TLB.
var families = []struct {
	vendor          string
	family          int
	models          []int // or, if nil,
	lowest, highest int   // a range of models, inclusive
	machine         string
}{
	{vendor: "GenuineIntel", family: 6, models: []int{60, 63, 69, 70}, machine: "haswell"},
	{vendor: "GenuineIntel", family: 6, models: []int{78, 94, 142, 158, 165, 166}, machine: "skylake"},
	{vendor: "GenuineIntel", family: 6, models: []int{85}, machine: "skylake-server"},
	{vendor: "GenuineIntel", family: 6, models: []int{125, 126}, machine: "icelake"},
	{vendor: "GenuineIntel", family: 6, models: []int{106, 108}, machine: "icelake-server"},
	{vendor: "GenuineIntel", family: 6, models: []int{143, 207}, machine: "sapphirerapids"},
	{vendor: "AuthenticAMD", family: 23, lowest: 0x30, highest: 0xff, machine: "zen2"},
	{vendor: "AuthenticAMD", family: 25, lowest: 0x00, highest: 0x0f, machine: "zen3"},
	{vendor: "AuthenticAMD", family: 25, lowest: 0x20, highest: 0x5f, machine: "zen3"},
	{vendor: "AuthenticAMD", family: 25, lowest: 0x10, highest: 0x1f, machine: "zen4"},
	{vendor: "AuthenticAMD", family: 25, lowest: 0x60, highest: 0xaf, machine: "zen4"},
}

// family returns the known machine that this one's processor belongs to, and
// whether that is sure.
func family(root fs.FS) (machine string, sure bool) {
	b, _ := fs.ReadFile(root, "proc/cpuinfo")
	first, _, _ := strings.Cut(string(b), "\n\n") // one paragraph for each core
	value := func(key string) string {
		for line := range strings.Lines(first) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
				return strings.TrimSpace(v)
			}
		}
		return ""
	}
	if m, ok := armParts[value("CPU part")]; ok {
		return m, true
	}
	vendor := value("vendor_id")
	number, err1 := strconv.Atoi(value("cpu family"))
	model, err2 := strconv.Atoi(value("model"))
	for _, f := range families {
		if err1 == nil && err2 == nil && f.vendor == vendor && f.family == number &&
			(slices.Contains(f.models, model) || f.models == nil && f.lowest <= model && model <= f.highest) {
			return f.machine, true
		}
	}
	if runtime.GOOS == "darwin" && runtime.GOARCH == "arm64" {
		return "m1", false
	}
	return unknown, false
}

// armParts are the part numbers of Arm cores (MIDR_EL1 in their reference
// manuals) by the machine that has their TLB.
var armParts = map[string]string{"0xd08": "raspberrypi4", "0xd0b": "raspberrypi5", "0xd0c": "graviton2"}

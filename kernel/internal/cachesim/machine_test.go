package cachesim

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestKnownMachines(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range machines {
		if err := m.Check(); err != nil {
			t.Error(err)
		}
		if m.Source == "" || seen[m.Name] {
			t.Errorf("%s: source %q, seen before: %v", m.Name, m.Source, seen[m.Name])
		}
		seen[m.Name] = true
		if got, err := Find(m.Name); err != nil || got.Name != m.Name {
			t.Errorf("Find(%q) = %v, %v", m.Name, got.Name, err)
		}
	}
	for _, f := range families {
		if !seen[f.machine] {
			t.Errorf("processor family %v has the TLB of %q, which is not known", f, f.machine)
		}
	}
	for part, name := range armParts {
		if !seen[name] {
			t.Errorf("Arm part %s has the TLB of %q, which is not known", part, name)
		}
	}
}

func TestFindNamesTheKnown(t *testing.T) {
	_, err := Find("pentium")
	if err == nil {
		t.Fatal("no error for an unknown machine")
	}
	for _, name := range append(Names(), "local", `"pentium"`) {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	fine := Machine{Name: "m", Line: 64, Page: 4096, Levels: []Level{{"L1", 32 << 10, 8}}, TLBs: []TLB{{"TLB", 64, 4}}}
	if err := fine.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(m *Machine){
		"line":            func(m *Machine) { m.Line = 48 },
		"no line":         func(m *Machine) { m.Line = 0 },
		"page":            func(m *Machine) { m.Page = 32 },
		"odd page":        func(m *Machine) { m.Page = 5000 },
		"no level":        func(m *Machine) { m.Levels = nil },
		"five levels":     func(m *Machine) { m.Levels = make([]Level, 5) },
		"no size":         func(m *Machine) { m.Levels = []Level{{"L1", 0, 8}} },
		"negative ways":   func(m *Machine) { m.Levels = []Level{{"L1", 4096, -1}} },
		"half a set":      func(m *Machine) { m.Levels = []Level{{"L1", 64 * 12, 8}} },
		"less than a way": func(m *Machine) { m.Levels = []Level{{"L1", 32, 0}} },
		"huge":            func(m *Machine) { m.Levels = []Level{{"L1", 1 << 40, 8}} },
		"no entries":      func(m *Machine) { m.TLBs = []TLB{{"TLB", 0, 4}} },
		"odd entries":     func(m *Machine) { m.TLBs = []TLB{{"TLB", 65, 4}} },
		"three TLBs":      func(m *Machine) { m.TLBs = make([]TLB, 3) },
	} {
		m := fine
		if spoil(&m); m.Check() == nil {
			t.Errorf("%s: no error for %+v", name, m)
		}
	}
}

// sysfs makes the files of a core's caches.
func sysfs(cpuinfo string, caches ...[5]string) fstest.MapFS {
	fs := fstest.MapFS{"proc/cpuinfo": {Data: []byte(cpuinfo)}}
	for i, c := range caches {
		dir := "sys/devices/system/cpu/cpu0/cache/index" + string(rune('0'+i)) + "/"
		for k, name := range []string{"level", "type", "size", "ways_of_associativity", "coherency_line_size"} {
			fs[dir+name] = &fstest.MapFile{Data: []byte(c[k] + "\n")}
		}
	}
	return fs
}

func TestLocal(t *testing.T) {
	zen := "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nvendor_id\t: GenuineIntel\n"
	whole := [][5]string{{"1", "Data", "48K", "12", "64"}, {"1", "Instruction", "32K", "8", "64"}, {"2", "Unified", "1280K", "20", "64"}, {"3", "Unified", "35840K", "11", "64"}}
	for _, c := range []struct {
		name, want, note string
		root             fstest.MapFS
	}{
		{"no such cache", "local: L1 32K/8, L2 512K/8, L3 32M/16", "/sys/devices/system/cpu/cpu0/cache: geometry local: L3 of 36700160 bytes does not divide", sysfs(zen, whole...)},
		{"fits", "local: L1 48K/12, L2 1.25M/20, lines of 64 bytes; TLB 64/full, 2048/8", "", sysfs(zen, whole[:3]...)},
		{"unknown processor", "local: L1 48K/12, lines of 64 bytes; TLB", "is assumed", sysfs("", whole[0])},
		{"arm", "local: L1 48K/12, lines of 64 bytes; TLB 32/full, 1024/4", "", sysfs("processor\t: 0\nCPU part\t: 0xd08\n", whole[0])},
		{"no sysfs", "local: L1 32K/8, L2 512K/8, L3 32M/16", "does not describe its caches; the figures are those of zen3", sysfs(zen)},
		{"a file is missing", "local: L1 32K/8", "index0 is not whole", sysfs(zen, [5]string{"1", "Data", "", "12", "64"})},
		{"lines differ", "local: L1 32K/8", "has lines of 128 bytes", sysfs(zen, whole[0], [5]string{"2", "Unified", "1M", "8", "128"})},
		{"unlikely size", "local: L1 32K/8", "is not whole", sysfs(zen, [5]string{"1", "Data", "99999999999G", "12", "64"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := local(c.root)
			if err := m.Check(); err != nil {
				t.Error(err)
			}
			if !strings.HasPrefix(m.String(), c.want) {
				t.Errorf("got %s\nwant %s", m, c.want)
			}
			if c.note == "" && m.Note != "" || !strings.Contains(m.Note, c.note) {
				t.Errorf("note %q, want %q", m.Note, c.note)
			}
		})
	}
	if err := Local().Check(); err != nil {
		t.Errorf("this machine: %v", err)
	}
}

func TestFindLevel(t *testing.T) {
	m, _ := Find("skylake")
	for text, want := range map[string]string{"L1": "L1", "l3": "L3", "tlb": "L1 TLB", "L2TLB": "L2 TLB", "l1 tlb": "L1 TLB"} {
		if got, err := m.FindLevel(text); err != nil || got != want {
			t.Errorf("FindLevel(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	if _, err := m.FindLevel("L9"); err == nil || !strings.Contains(err.Error(), "L1, L2, L3, L1 TLB, L2 TLB") {
		t.Errorf("error %v", err)
	}
}

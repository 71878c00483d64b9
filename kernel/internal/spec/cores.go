package spec

import (
	"fmt"
	"strconv"
	"strings"
)

// checkCores tells what speed-up there is to be had: how many cores compute at
// the same time, measured, and with which vector instructions and caches. On a
// shared machine it differs from one minute to the next.
func checkCores(m *Machine) Finding {
	logical, effective := m.Cores()
	text := strconv.Itoa(logical)
	if effective > 0 {
		text += fmt.Sprintf(", effective %.2f", effective)
	}
	text += "; vector instructions: " + m.Vector()
	if caches := caches(m); caches != "" {
		text += "; caches: " + caches
	}
	switch {
	case effective <= 0:
		return Finding{Note, text, "the effective number could not be measured: it was interrupted"}
	case effective < 0.85*float64(logical):
		return Finding{Note, text, fmt.Sprintf("other programs, or hyperthreads that share a core, leave %.2f cores' worth: do not expect more of %d workers", effective, logical)}
	}
	return Finding{OK, text, ""}
}

// caches lists the first core's data caches with their sizes, as Linux has them
// in /sys: "L1 48 KiB, L2 2 MiB, L3 32 MiB".
func caches(m *Machine) string {
	var list []string
	for i := range 10 {
		read := func(name string) string {
			text, err := m.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu0/cache/index%d/%s", i, name))
			if err != nil {
				return ""
			}
			return strings.TrimSpace(string(text))
		}
		kind := read("type")
		if kind == "" {
			break
		}
		size, ok := cacheSize(read("size"))
		if ok && (kind == "Data" || kind == "Unified") {
			list = append(list, "L"+read("level")+" "+size)
		}
	}
	return strings.Join(list, ", ")
}

// cacheSize writes "32768K" as "32 MiB".
func cacheSize(text string) (string, bool) {
	kib, ok := strings.CutSuffix(text, "K")
	n, err := strconv.Atoi(kib)
	switch {
	case !ok || err != nil || n <= 0:
		return "", false
	case n%1024 == 0:
		return fmt.Sprintf("%d MiB", n/1024), true
	}
	return fmt.Sprintf("%d KiB", n), true
}

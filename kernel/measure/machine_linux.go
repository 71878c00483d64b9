package measure

import (
	"strconv"
	"strings"
)

// describe fills in what does not change.
func (h host) describe(b *Banner) {
	info := h.read("/proc/cpuinfo")
	b.CPU = colon(info, "model name")
	if b.CPU == "" {
		b.CPU = h.read("/sys/firmware/devicetree/base/model") // small ARM boards
	}
	b.CPU = strings.Trim(b.CPU, "\x00 ")
	if b.CPU == "" {
		b.CPU = b.Arch + " processor"
	}
	flags := colon(info, "flags")
	if flags == "" {
		flags = colon(info, "Features") // ARM
	}
	b.Vector = vector(flags)
	b.Physical = h.physical()
	switch h.read(cpus + "/smt/active") {
	case "1":
		b.SMT = "on"
	case "0":
		b.SMT = "off"
	default:
		b.SMT = "n/a"
	}
	b.Caches = h.cacheLevels()
	if words := strings.Fields(colon(h.read("/proc/meminfo"), "MemTotal")); len(words) > 0 {
		kib, _ := strconv.ParseFloat(words[0], 64)
		b.Memory = kib * 1024
	}
	b.Virtualization = h.virtualization(info)
	b.Kernel = "Linux " + h.read("/proc/sys/kernel/osrelease")
}

// state fills in what changes.
func (h host) state(b *Banner) {
	b.Governor, b.Turbo = h.governor(), h.turbo()
	b.Quota, b.Throttled = h.quota()
	if words := strings.Fields(h.read("/proc/loadavg")); len(words) > 0 {
		b.Load, _ = strconv.ParseFloat(words[0], 64)
	}
}

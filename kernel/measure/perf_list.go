package measure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-go/weft/runtime/counters"
)

// PerfList tells which sets and events there are for [Perf], and which of them
// this machine gives, with the reasons where it does not. It takes some
// milliseconds.
func PerfList() string { return perfList(counters.List()) }

func perfList(list []counters.Count) string {
	var b strings.Builder
	b.WriteString("sets of events:\n")
	for _, s := range counters.Sets {
		fmt.Fprintf(&b, "  %-10s %s\n%13s%s\n", s.Name, s.Short, "", strings.Join(s.Events, " "))
	}
	b.WriteString("\nevents that this machine counts:\n")
	var missing []string // reasons, in order
	events := make(map[string][]string)
	seen := make(map[string]bool)
	for _, c := range list {
		if !c.Value.OK() {
			if why := c.Value.Unavailable; !slices.Contains(events[why], c.Event.Name) {
				if events[why] == nil {
					missing = append(missing, why)
				}
				events[why] = append(events[why], c.Event.Name)
			}
			continue
		}
		how := c.Event.Kind
		if c.Source != "perf" {
			how += ", from " + c.Source
		}
		if c.UserOnly {
			how += ", user code only"
		}
		if c.PMU != "" {
			how += ", " + c.PMU
		}
		seen[c.Event.Name] = true
		fmt.Fprintf(&b, "  %-26s %-26s %s\n", strings.Join(append([]string{c.Event.Name}, c.Event.Aliases...), " "), how, c.Event.Reading)
	}
	if len(seen) == 0 {
		b.WriteString("  none\n")
	}
	for _, why := range missing {
		fmt.Fprintf(&b, "\nn/a (%s):\n", why)
		line := " "
		for _, name := range events[why] {
			if len(line)+len(name) > 100 {
				b.WriteString(line + "\n")
				line = " "
			}
			line += " " + name
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("\nraw codes of the processor: r and the code in hexadecimal digits, r01b1")
	return b.String()
}

package counters

import (
	"strings"
	"sync"
)

// Hardware says what there is of the processor's own counters: "" with the
// reason that cycles can't be counted, or "user and kernel", "user code only",
// with the kinds of cores behind it where there are several. It asks once for
// the life of the process.
func Hardware() (have, unavailable string) {
	v := hardware()
	return v[0], v[1]
}

var hardware = sync.OnceValue(func() [2]string {
	have, unavailable := hardwareOf(hostKernel())
	return [2]string{have, unavailable}
})

func hardwareOf(k kernel) (have, unavailable string) {
	events, err := Expand("cycles")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	g := open(k, events)
	defer g.Close()
	g.Start()
	var pmus []string
	userOnly := false
	for _, c := range g.Counts() {
		if !c.Value.OK() {
			unavailable = c.Value.Unavailable
			continue
		}
		userOnly = userOnly || c.UserOnly
		have = "user and kernel"
		if c.PMU != "" {
			pmus = append(pmus, c.PMU)
		}
	}
	switch {
	case have == "":
		return "", unavailable
	case userOnly:
		have = "user code only"
	}
	if len(pmus) > 0 {
		have += " (" + strings.Join(pmus, ", ") + ")"
	}
	return have, ""
}

// List counts nothing but tries every event, and returns for each whether this
// machine gives it, with the reason where it does not; a count of 0 means that
// it does. It takes some milliseconds.
func List() []Count { return listOf(hostKernel()) }

func listOf(k kernel) []Count {
	one := oneThread{k}
	var list []Count
	// One by one: how many counters there are must not matter.
	for _, e := range Events {
		events := []Event{e}
		if e.Kind == kindSysfs && e.Name != "slots" {
			slots, err := Lookup("slots")
			if err != nil {
				panic("BUG: " + err.Error())
			}
			events = []Event{slots, e}
		}
		g := open(one, events)
		g.Start()
		for _, c := range g.Counts() {
			if c.Event.Name == e.Name {
				list = append(list, c)
			}
		}
		g.Close()
	}
	return list
}

// oneThread is a kernel with one thread: enough to ask what there is.
type oneThread struct{ kernel }

func (o oneThread) threads() ([]int, error) {
	all, err := o.kernel.threads()
	if len(all) > 1 {
		all = all[:1]
	}
	return all, err
}

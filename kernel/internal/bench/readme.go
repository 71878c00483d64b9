package bench

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readmeEnd writes the README's table: for each kernel, size and number of
// threads the fastest of ours, the fastest C and the fastest of what is written in
// Python; and a line of where that was measured.
func readmeEnd(w io.Writer, r *Report) error {
	g := &grid{left: 3}
	g.add("kernel", "ours", "others", "threads", "our time", "their time", "ratio", "of the limit")
	for _, b := range r.Blocks {
		for _, p := range b.matches() {
			if p.best == nil {
				continue
			}
			for _, rival := range []*Result{fastest(p.inC(true)), fastest(p.inC(false))} {
				if rival == nil {
					continue
				}
				mine, _ := p.best.wall().Seconds(digits)
				theirs, _ := rival.wall().Seconds(digits)
				ratio, between := ratioText(rival.over(p.best))
				g.add(fmt.Sprintf("`%s` %d", b.Kernel, b.N), "`"+p.best.Variant+"`", other(rival), strconv.Itoa(p.workers),
					mine, theirs, strings.TrimSpace(ratio+" "+between), b.reached(p.best))
			}
		}
	}
	if len(g.rows) > 1 {
		if err := g.markdown(w); err != nil {
			return err
		}
	} else if _, err := fmt.Fprintln(w, "nothing was compared: no kernel has peers that run here (see weft bench -peers)"); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nMeasured with `weft bench -peers -format readme`: %s. Medians; ratio: their time by ours, with the interval in which its median lies.\n", r.Machine)
	return err
}

// inC returns the peers that are written in C, or the others.
func (m *match) inC(c bool) []*Result {
	var list []*Result
	for _, p := range m.peers {
		if (p.System == "C" || strings.HasPrefix(p.System, "C/")) == c {
			list = append(list, p)
		}
	}
	return list
}

// other names a peer in the table.
func other(r *Result) string {
	switch {
	case r.Variant != "" && r.Made != "":
		return fmt.Sprintf("%s, %s (%s)", r.System, r.Variant, r.Made)
	case r.Variant != "":
		return fmt.Sprintf("%s, %s", r.System, r.Variant)
	case r.Made != "":
		return fmt.Sprintf("%s (%s)", r.System, r.Made)
	}
	return r.System
}

package magic

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-go/weft/kernel/measure"
)

// A lineFlag is one option of a magic. Flags stand in front of the Go text; what
// does not look like one begins it, as "-n" alone is the negative of a variable.
// Two dashes end the flags.
type lineFlag struct {
	name  string // "-n"
	value string // the form of its value, a regular expression; "" for none
	set   func(value string) error
}

const (
	wholeNumber = `\d+`
	anyWord     = `\S+`
)

// cutFlags takes flags off the front of args. A value stands behind a blank or
// an equals sign, a number also at once: -n 10, -n=10, -n10.
func cutFlags(args string, flags ...lineFlag) (rest string, err error) {
	for {
		args = strings.TrimSpace(args)
		if after, ok := strings.CutPrefix(args, "-- "); ok {
			return strings.TrimSpace(after), nil
		}
		found := false
		for _, f := range flags {
			m := f.pattern().FindStringSubmatch(args)
			if m == nil {
				continue
			}
			if err := f.set(m[1]); err != nil {
				return "", fmt.Errorf("%s: %w", f.name, err)
			}
			args, found = args[len(m[0]):], true
			break
		}
		if !found {
			return args, nil
		}
	}
}

func (f lineFlag) pattern() *regexp.Regexp {
	between := `(?:\s+|\s*=\s*)`
	switch f.value {
	case "":
		return regexp.MustCompile(`^` + regexp.QuoteMeta(f.name) + `()(?:\s+|$)`)
	case wholeNumber:
		between = `\s*=?\s*`
	}
	return regexp.MustCompile(`^` + regexp.QuoteMeta(f.name) + between + `(` + f.value + `)(?:\s+|$)`)
}

// A measuring is what the flags of magics that measure say.
type measuring struct {
	measure.Options
	engine string // of the list Engines, "" for the chosen one
}

// flags are those that all of them have.
func (m *measuring) flags() []lineFlag {
	const most = 1_000_000_000
	return []lineFlag{
		numberFlag("-n", 1, most, &m.Loops),
		numberFlag("-r", 1, most, &m.Runs),
		numberFlag("-p", 1, most, &m.Precision),
		{"-q", "", func(string) error { m.Quiet = true; return nil }},
		{"-gc", anyWord, func(v string) error {
			if !slices.Contains([]string{measure.GCOn, measure.GCOff, measure.GCEach}, v) {
				return fmt.Errorf("%q is none of on, off and each", v)
			}
			m.GC = v
			return nil
		}},
		engineFlag(&m.engine),
	}
}

// measuringDoc tells of these flags.
const measuringDoc = `
    -n N           runs in one sample (default: enough for it to last 10 ms)
    -r R           samples (default: 25, or what fits in 2 s, but at least 7)
    -gc on|off|each  the garbage collector: as ever, not at all during samples, or
                   before each sample
    -engine E      interp or native (default: compiled where there is a toolchain)
    -p P           significant digits
    -q             show nothing; the result is kept for %save`

package magic

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ranText returns the Go text that a magic runs, in its place: the statement
// behind the flags, or the lines below. rest is what the flags left of the line.
func (c Call) ranText(rest string) (string, error) {
	if c.Cell {
		if rest != "" {
			return "", fmt.Errorf("%s takes only options on its line, not %q: put the code below", c, rest)
		}
		if strings.TrimSpace(c.Body) == "" {
			return "", fmt.Errorf("%s needs code below it", c)
		}
		return c.placed(c.Body), nil
	}
	if rest == "" {
		return "", fmt.Errorf("%s needs a statement to run, such as %s f(10)", c, c)
	}
	return c.placed(rest), nil
}

// flagsOf takes flags off a call's line, and names the call in the error.
func (c Call) flagsOf(flags ...lineFlag) (rest string, err error) {
	rest, err = cutFlags(c.Args, flags...)
	if err != nil {
		return "", fmt.Errorf("%s %w", c, err)
	}
	return rest, nil
}

// engineFlag is the flag -engine.
func engineFlag(engine *string) lineFlag {
	return lineFlag{"-engine", anyWord, func(v string) error {
		if !slices.Contains(Engines, v) {
			return fmt.Errorf("no engine %q: it is one of %s", v, strings.Join(Engines, ", "))
		}
		*engine = v
		return nil
	}}
}

// numberFlag is a flag with a whole number from low to high.
func numberFlag(name string, low, high int, to *int) lineFlag {
	return lineFlag{name, wholeNumber, func(v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < low || n > high {
			return fmt.Errorf("%s is not a number from %d to %d", v, low, high)
		}
		*to = n
		return nil
	}}
}

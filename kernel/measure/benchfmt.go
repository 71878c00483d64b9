package measure

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// WriteBenchfmt writes records as Go's benchmarks print theirs, a line for each
// sample, so that benchstat and its like read them:
//
//	goos: linux
//	cpu: …
//	BenchmarkSort(xs)/n=1000-4  200  61234 ns/op  24 B/op  1 allocs/op
//
// The format is that of the Go project's proposal 14313. Names begin with a
// capital, have _ in place of blanks, and | in place of slashes, which separate
// parameters. Name and time of a record stand in a comment, as benchstat would
// take records that differ in a setting for different benchmarks. Samples that
// are not numbers are left out.
func WriteBenchfmt(w io.Writer, records []Record) error {
	b := bufio.NewWriter(w)
	config := map[string]string{}
	for _, r := range records {
		procs := 0
		set := func(key, value string) {
			value = strings.Join(strings.Fields(value), " ")
			if config[key] != value {
				config[key] = value
				fmt.Fprintf(b, "%s: %s\n", key, value)
			}
		}
		if m := r.Machine; m != nil {
			procs = m.GOMAXPROCS
			set("goos", m.OS)
			set("goarch", m.Arch)
			set("cpu", m.CPU)
			set("goversion", m.Go)
		}
		set("kind", r.Kind)
		set("engine", r.Engine)
		fmt.Fprintf(b, "# %s\n", strings.Join(strings.Fields(r.Kind+" "+r.Name+" "+r.Time.UTC().Format(time.RFC3339)), " "))
		for _, s := range r.Series {
			s.benchfmt(b, r.Text, procs)
		}
	}
	return b.Flush()
}

// benchfmt writes the lines of a series.
func (s *Series) benchfmt(b *bufio.Writer, text string, procs int) {
	if s.Name != "" {
		text = s.Name
	}
	name := benchName(text)
	if s.Param != "" {
		name += fmt.Sprintf("/%s=%d", s.Param, s.N)
	}
	if procs > 1 || trailingNumber.MatchString(name) {
		name += "-" + strconv.Itoa(max(procs, 1))
	}
	var more strings.Builder
	for _, unit := range sortedKeys(s.Figures) {
		if f := s.Figures[unit]; f.Unavailable == "" && isFinite(f.Value) {
			fmt.Fprintf(&more, "\t%s %s", plain(f.Value), strings.Join(strings.Fields(unit), "-"))
		}
	}
	if len(s.Seconds) == 0 && more.Len() > 0 {
		fmt.Fprintf(b, "%s\t%d%s\n", name, max(s.Loops, 1), more.String())
	}
	for i, sec := range s.Seconds {
		if !isFinite(sec) {
			continue
		}
		fmt.Fprintf(b, "%s\t%d\t%s ns/op", name, max(s.Loops, 1), plain(sec*1e9))
		if i < len(s.User) && i < len(s.System) && isFinite(s.User[i]) && isFinite(s.System[i]) {
			fmt.Fprintf(b, "\t%s user-ns/op\t%s sys-ns/op", plain(s.User[i]*1e9), plain(s.System[i]*1e9))
		}
		b.WriteString(more.String())
		b.WriteByte('\n')
	}
}

// trailingNumber is what readers of the format take for GOMAXPROCS.
var trailingNumber = regexp.MustCompile(`-[0-9]+$`)

// benchName makes the name of a benchmark of any text.
func benchName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == '/':
			return '|'
		case unicode.IsSpace(r) || !unicode.IsPrint(r):
			return '_'
		}
		return r
	}, strings.TrimSpace(text))
	runes := []rune(name)
	if len(runes) > 0 {
		runes[0] = unicode.ToUpper(runes[0])
		if unicode.IsLower(runes[0]) { // a letter without a capital
			runes = append([]rune{'_'}, runes...)
		}
	}
	return "Benchmark" + string(runes)
}

// plain writes a number without an exponent that readers might not know.
func plain(x float64) string {
	s := strconv.FormatFloat(x, 'f', 4, 64)
	if x != 0 && x < 1 && x > -1 {
		s = strconv.FormatFloat(x, 'g', 6, 64)
	}
	if strings.Contains(s, ".") && !strings.Contains(s, "e") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func sortedKeys(m map[string]Figure) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// WriteCSV writes a line for each sample of each record, with a head line. Times
// are in seconds; what is not known is empty.
func WriteCSV(w io.Writer, records []Record) error {
	c := csv.NewWriter(w)
	head := []string{"result", "kind", "name", "code", "engine", "param", "n", "sample", "loops", "seconds", "user_seconds", "system_seconds", "disturbed", "time", "cpu"}
	if err := c.Write(head); err != nil {
		return err
	}
	at := func(x Numbers, i int) string {
		if i < len(x) && isFinite(x[i]) {
			return strconv.FormatFloat(x[i], 'g', -1, 64)
		}
		return ""
	}
	for _, r := range records {
		cpu := ""
		if r.Machine != nil {
			cpu = r.Machine.CPU
		}
		for _, s := range r.Series {
			code, n := s.Text, ""
			if code == "" {
				code = r.Text
			}
			if s.Param != "" {
				n = strconv.Itoa(s.N)
			}
			for i := range s.Seconds {
				disturbed := ""
				if slices.Contains(s.Disturbed, i) {
					disturbed = "yes"
				}
				line := []string{r.Name, r.Kind, s.Name, code, r.Engine, s.Param, n, strconv.Itoa(i + 1), strconv.Itoa(s.Loops),
					at(s.Seconds, i), at(s.User, i), at(s.System, i), disturbed, r.Time.UTC().Format(time.RFC3339), cpu}
				if err := c.Write(line); err != nil {
					return err
				}
			}
		}
	}
	c.Flush()
	return c.Error()
}

// WriteJSON writes records as a JSON array.
func WriteJSON(w io.Writer, records []Record) error {
	if records == nil {
		records = []Record{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(records)
}

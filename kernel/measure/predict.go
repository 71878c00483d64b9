package measure

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Guess is what somebody thinks that code takes, before it is measured: a
// time, or how many times as fast one piece of code is as another.
type Guess struct {
	Texts   []string `json:"texts"` // one piece of code, or two for a ratio: the first is so many times as fast
	Seconds float64  `json:"seconds,omitempty"`
	Ratio   float64  `json:"ratio,omitempty"`
}

var (
	timeGuess  = regexp.MustCompile(`^(.*\S)\s+([0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(ns|us|µs|μs|ms|s|min)$`)
	ratioGuess = regexp.MustCompile(`^(.*\S)\s+([0-9.]+(?:[eE][-+]?[0-9]+)?)\s*[x×]$`)
)

// ParseGuess reads a prediction: code and a time, "f(10) 0.3s", or two pieces
// of code with a slash between blanks, or a comma, and a ratio:
// "f(10) / g(10) 2x" says that f(10) is twice as fast. A ratio below 1 says
// that it is slower.
func ParseGuess(text string) (Guess, error) {
	text = strings.TrimSpace(text)
	want := errors.New("want code and a time, such as f(10) 0.3s, or two calls and how many times as fast the first is, such as f(10) / g(10) 2x")
	if m := timeGuess.FindStringSubmatch(text); m != nil {
		v, err := strconv.ParseFloat(m[2], 64)
		unit := map[string]float64{"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "min": 60}[m[3]]
		if err != nil || !(v*unit > 0) || !isFinite(v*unit) {
			return Guess{}, fmt.Errorf("%s %s is no time that code can take: %w", m[2], m[3], want)
		}
		return Guess{Texts: []string{m[1]}, Seconds: v * unit}, nil
	}
	m := ratioGuess.FindStringSubmatch(text)
	if m == nil {
		return Guess{}, want
	}
	v, err := strconv.ParseFloat(m[2], 64)
	if err != nil || !(v > 0) || !isFinite(v) {
		return Guess{}, fmt.Errorf("%s is no ratio: %w", m[2], want)
	}
	a, b, ok := cutOutside(m[1])
	if !ok {
		return Guess{}, fmt.Errorf("a ratio needs two pieces of code: %w", want)
	}
	return Guess{Texts: []string{a, b}, Ratio: v}, nil
}

// cutOutside cuts at the first " / " or comma that stands in no brackets and no
// quotes; "f(1)/g(1)" is cut too if there is no other place.
func cutOutside(text string) (a, b string, ok bool) {
	depth, quote, slash := 0, rune(0), -1
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote && (r == '`' || text[i-1] != '\\') {
				quote = 0
			}
		case strings.ContainsRune("\"'`", r):
			quote = r
		case strings.ContainsRune("([{", r):
			depth++
		case strings.ContainsRune(")]}", r):
			depth--
		case depth == 0 && r == ',', depth == 0 && r == '/' && i > 0 && text[i-1] == ' ' && strings.HasPrefix(text[i+1:], " "):
			return halves(text, i)
		case depth == 0 && r == '/' && slash < 0:
			slash = i
		}
	}
	if slash > 0 {
		return halves(text, slash)
	}
	return "", "", false
}

func halves(text string, at int) (a, b string, ok bool) {
	a, b = strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+1:])
	return a, b, a != "" && b != ""
}

// String repeats the guess: "f(10) takes 300 ms".
func (g Guess) String() string {
	switch {
	case g.Ratio > 0 && len(g.Texts) == 2:
		return fmt.Sprintf("%s is %s× as fast as %s", short(g.Texts[0]), ratio(g.Ratio), short(g.Texts[1]))
	case len(g.Texts) == 1:
		return fmt.Sprintf("%s takes %s", short(g.Texts[0]), FormatSeconds(g.Seconds, defaultPrecision))
	}
	return "no guess"
}

// guesses are those of this session, by code, and the last one.
var guesses struct {
	sync.Mutex
	byText map[string]Guess
	last   *Guess
}

// key makes texts that differ in blanks only the same.
func key(texts ...string) string {
	for i := range texts {
		texts[i] = strings.Join(strings.Fields(texts[i]), " ")
	}
	return strings.Join(texts, "\n")
}

// Predict remembers a guess for the rest of the session, in place of an older
// one about the same code.
func Predict(g Guess) {
	guesses.Lock()
	defer guesses.Unlock()
	if guesses.byText == nil {
		guesses.byText = map[string]Guess{}
	}
	guesses.byText[key(append([]string(nil), g.Texts...)...)] = g
	guesses.last = &g
}

// Predicted returns the guess about some code, or the last one if no code is
// given.
func Predicted(texts ...string) (Guess, bool) {
	guesses.Lock()
	defer guesses.Unlock()
	if len(texts) == 0 {
		if guesses.last == nil {
			return Guess{}, false
		}
		return *guesses.last, true
	}
	g, ok := guesses.byText[key(append([]string(nil), texts...)...)]
	return g, ok
}

// A Score is how good a guess was.
type Score struct {
	Guess  Guess   `json:"guess"`
	Actual float64 `json:"actual"` // seconds, or the ratio
	Low    float64 `json:"low"`    // its interval; Low < High where there is one
	High   float64 `json:"high"`
	// Error is the natural logarithm of what was measured by what was guessed: 0
	// for a perfect guess, 0.69 for half of the truth.
	Error   float64   `json:"error"`
	Inside  bool      `json:"inside"` // the guess lies within the interval
	Words   string    `json:"words"`
	Engine  string    `json:"engine,omitempty"`
	Results []Result  `json:"results"`
	When    time.Time `json:"time"`
}

// Verify scores a guess with what was measured: a [Result] of its code, or for
// a ratio a [Comparison] of the second piece of code, as the base, with the
// first.
func Verify(g Guess, measured any) (Score, error) {
	s := Score{Guess: g, When: time.Now().UTC()}
	guess := g.Seconds
	switch m := measured.(type) {
	case Result:
		s.Actual, s.Low, s.High, s.Engine, s.Results = m.Median, m.Interval.Low, m.Interval.High, m.Engine, []Result{m}
	case Comparison:
		if len(m.Differences) > 0 {
			d := m.Differences[0]
			s.Actual, s.Low, s.High = d.Speedup, d.Low, d.High
		}
		s.Engine, s.Results, guess = m.Engine, m.Results, g.Ratio
	default:
		return s, fmt.Errorf("verify: a %T is no measurement", measured)
	}
	if !(guess > 0) {
		return s, errors.New("verify: there is no guess of that kind: predict first, as in %predict f(10) 0.3s")
	}
	if !(s.Actual > 0) {
		return s, errors.New("verify: nothing was measured")
	}
	s.Error = math.Log(s.Actual / guess)
	s.Inside = s.Low < s.High && guess >= s.Low && guess <= s.High
	s.Words = judgement(s.Error, s.Inside)
	return s, nil
}

// judgement puts an error into words.
func judgement(logError float64, inside bool) string {
	factor := math.Exp(math.Abs(logError))
	more := "more"
	if logError < 0 {
		more = "less"
	}
	switch {
	case inside:
		return "spot on: within the interval"
	case factor < 1.1:
		return fmt.Sprintf("spot on: %.0f %% off", 100*(factor-1))
	case factor < 1.5:
		return fmt.Sprintf("close: %s× %s", ratio(factor), more)
	case factor < 3:
		return fmt.Sprintf("not far: %s× %s", ratio(factor), more)
	case factor < 10:
		return fmt.Sprintf("the right order of magnitude: %s× %s", ratio(factor), more)
	case factor < 1000:
		return fmt.Sprintf("%s off: %s× %s", count(int(math.Round(math.Log10(factor))), "order of magnitude", "orders of magnitude"), ratio(factor), more)
	}
	return fmt.Sprintf("another world: %s× %s", ratio(factor), more)
}

// String tells guess, measurement and judgement:
//
//	predicted 300 ms, measured 412 ms [401, 420]: close: 1.37× more
func (s Score) String() string {
	if s.Guess.Ratio > 0 && len(s.Guess.Texts) == 2 {
		interval := ""
		if s.Low < s.High {
			interval = fmt.Sprintf(" [%s, %s]", ratio(s.Low), ratio(s.High))
		}
		return fmt.Sprintf("%s\npredicted %s× as fast as %s,\nmeasured %s×%s: %s%s", short(s.Guess.Texts[0]), ratio(s.Guess.Ratio), short(s.Guess.Texts[1]),
			ratio(s.Actual), interval, s.Words, s.engine())
	}
	t := formatAlike(defaultPrecision, s.Actual, s.Low, s.High)
	interval := ""
	if s.Low < s.High {
		interval = fmt.Sprintf(" [%s, %s]", t[1], t[2])
	}
	return fmt.Sprintf("predicted %s, measured %s%s: %s%s", FormatSeconds(s.Guess.Seconds, defaultPrecision), t[0], interval, s.Words, s.engine())
}

func (s Score) engine() string {
	if s.Engine == "" {
		return ""
	}
	return " (" + s.Engine + ")"
}

// MIMEBundle returns the score as text, the measurement's chart, and a record.
func (s Score) MIMEBundle() map[string]any {
	if len(s.Results) == 1 {
		r := s.Results[0]
		r.Guess = s.Guess.Seconds
		return bundle(s.String(), r.Chart(), s.Record(), lines(s.String())...)
	}
	return bundle(s.String(), nil, s.Record())
}

// Record returns the score in the form in which it is kept.
func (s Score) Record() Record {
	rec := NewRecord("verify", strings.Join(s.Guess.Texts, " / "), s.Engine)
	guess, unit := s.Guess.Seconds, "s"
	if s.Guess.Ratio > 0 {
		guess, unit = s.Guess.Ratio, ""
	}
	rec.Figures = map[string]Figure{
		"predicted": {Value: guess, Unit: unit}, "measured": {Value: s.Actual, Unit: unit, Low: s.Low, High: s.High}, "log ratio": {Value: s.Error},
	}
	for _, r := range s.Results {
		rec.Series = append(rec.Series, r.series(""))
	}
	rec.Notes = []string{s.Words}
	return rec
}

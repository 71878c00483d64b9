package measure

import (
	"encoding/json"
	"math"
	"time"
)

// RecordVersion is the version of Record's form as JSON. It grows with each
// change that older readers would misunderstand.
const RecordVersion = 1

// ResultMIME is the type under which a result's Record stands in what a cell
// shows. The notebook keeps it in the output's metadata.
const ResultMIME = "application/vnd.weft.result+json"

// A Record is a result as it is kept: in a notebook's metadata, in a file, for
// a comparison later on. All figures are in base units: seconds, bytes, and
// counts, per call of the code.
type Record struct {
	Version int       `json:"version"`
	Kind    string    `json:"kind"`             // the magic: "timeit", "compare", "scale" …
	Name    string    `json:"name,omitempty"`   // under which it was saved
	Text    string    `json:"text"`             // the code
	Engine  string    `json:"engine,omitempty"` // what ran it
	Time    time.Time `json:"time"`             // when it was measured
	Machine *Banner   `json:"machine,omitempty"`
	Series  []Series  `json:"series,omitempty"` // one for each variant and parameter
	// Figures are what was found of the whole, by name: "serial_fraction".
	Figures map[string]Figure `json:"figures,omitempty"`
	Notes   []string          `json:"notes,omitempty"` // what a reader has to know, in words
	// Detail is what else a kind keeps, in its own form.
	Detail json.RawMessage `json:"detail,omitempty"`
}

// A Series is the samples of one variant at one value of its parameter.
type Series struct {
	Name      string  `json:"name"`            // the variant's
	Text      string  `json:"text,omitempty"`  // its code, where it is not the record's
	Param     string  `json:"param,omitempty"` // the parameter's name: "n", "workers"
	N         int     `json:"n,omitempty"`     // and its value
	Loops     int     `json:"loops,omitempty"` // calls in each sample
	Seconds   Numbers `json:"seconds"`         // wall time per call, in the order taken
	User      Numbers `json:"user_sec,omitempty"`
	System    Numbers `json:"system_sec,omitempty"`
	Disturbed []int   `json:"disturbed,omitempty"` // samples that waited for a processor meanwhile
	// Figures are further ones, by benchfmt's unit or a name: "B/op",
	// "allocs/op", "cache-misses".
	Figures map[string]Figure `json:"figures,omitempty"`
}

// A Figure is a number that may be missing for a reason.
type Figure struct {
	Value       float64 `json:"value"`
	Unit        string  `json:"unit,omitempty"`
	Low         float64 `json:"low,omitempty"` // interval, where one is known: Low < High
	High        float64 `json:"high,omitempty"`
	Running     float64 `json:"running,omitempty"`     // share of the time that it was counted, 0…1; 0: always
	Unavailable string  `json:"unavailable,omitempty"` // why there is no value
}

// Numbers are numbers of which JSON may lack some: what is not a finite number
// is written as null and read as NaN.
type Numbers []float64

// MarshalJSON implements json.Marshaler.
func (n Numbers) MarshalJSON() ([]byte, error) {
	if n == nil {
		return []byte("[]"), nil
	}
	out := make([]*float64, len(n))
	for i := range n {
		if !math.IsNaN(n[i]) && !math.IsInf(n[i], 0) {
			out[i] = &n[i]
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Numbers) UnmarshalJSON(data []byte) error {
	var in []*float64
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*n = make(Numbers, len(in))
	for i, p := range in {
		if p == nil {
			(*n)[i] = math.NaN()
		} else {
			(*n)[i] = *p
		}
	}
	return nil
}

// MarshalJSON implements json.Marshaler: a value that is no finite number is
// written as one that is missing.
func (f Figure) MarshalJSON() ([]byte, error) {
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	type plain Figure
	p := plain(f)
	if !finite(p.Value) {
		p.Value = 0
		if p.Unavailable == "" {
			p.Unavailable = "not a finite number"
		}
	}
	if !finite(p.Low) || !finite(p.High) {
		p.Low, p.High = 0, 0
	}
	if !finite(p.Running) {
		p.Running = 0
	}
	return json.Marshal(p)
}

// NewRecord begins a record of now, on this machine.
func NewRecord(kind, text, engine string) Record {
	m := Machine()
	return Record{Version: RecordVersion, Kind: kind, Text: text, Engine: engine, Time: time.Now().UTC().Truncate(time.Millisecond), Machine: &m}
}

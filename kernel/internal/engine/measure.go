package engine

import (
	"fmt"
	"time"

	"github.com/weft-go/weft/kernel/display"
	"github.com/weft-go/weft/kernel/internal/gauge"
	"github.com/weft-go/weft/kernel/internal/link"
	"github.com/weft-go/weft/kernel/measure"
)

// measuresRun says whether a run is measured as a whole.
func measuresRun(m *link.Measure) bool { return m != nil && len(m.Bodies) == 0 }

// measureAlone has a measurement made of which no cell's text is a part.
func (s *session) measureAlone(cur *run) error {
	return s.call(cur, func() { s.gauge(cur, func(*gauge.Request) {}) })
}

// measureRun measures run, which runs the cell once.
func (s *session) measureRun(cur *run, run func() error) (err error) {
	var ended error
	defer func() {
		if v := recover(); v != nil { // run does not panic
			err = fmt.Errorf("BUG: measuring with %%%s: %v", cur.measure.Kind, v)
		}
	}()
	s.gauge(cur, func(r *gauge.Request) {
		r.Run = func() error { ended = run(); return ended }
	})
	if ended != nil {
		return ended
	}
	cur.mu.Lock()
	defer cur.mu.Unlock()
	return cur.failed
}

// measureBodies measures functions as the run's Measure asks. The last file of
// such a run, or its compiled statements, call it.
func (s *session) measureBodies(empty func(loops, n int), bodies []func(loops, n int), values []func(n int) []any) {
	s.mu.Lock()
	cur := s.current
	s.mu.Unlock()
	if cur == nil || cur.measure == nil || len(cur.measure.Bodies) != len(bodies) {
		panic("BUG: functions to be measured that nobody asked for")
	}
	s.gauge(cur, func(r *gauge.Request) {
		r.Empty = empty
		for i, b := range cur.measure.Bodies {
			r.Variants = append(r.Variants, measure.Variant{Name: b.Name, Text: b.Text, Body: bodies[i], Values: values[i]})
		}
	})
}

// body, bodyValues and measureGiven are how interpreted text says the same, one
// function at a time.
func (s *session) body(f func(loops, n int)) { s.bodyValues(f, nil) }

func (s *session) bodyValues(f func(loops, n int), values func(n int) []any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.bodies, s.current.values = append(s.current.bodies, f), append(s.current.values, values)
}

func (s *session) measureGiven(empty func(loops, n int)) {
	s.mu.Lock()
	bodies, values := s.current.bodies, s.current.values
	s.mu.Unlock()
	s.measureBodies(empty, bodies, values)
}

// gauge has a measurement made and shows what comes of it. What it shows by
// itself it shows also when the cell has been stopped.
func (s *session) gauge(cur *run, with func(*gauge.Request)) {
	over := make(chan struct{})
	cur.mu.Lock()
	cur.measuring = over
	cur.mu.Unlock()
	defer close(over)
	m := cur.measure
	r := gauge.Request{Kind: m.Kind, Cell: cur.cell, Options: m.Options, Text: m.Text, Engine: m.Engine, Show: s.showMeasured}
	r.Report = func(data []byte) {
		cur.mu.Lock()
		defer cur.mu.Unlock()
		cur.report = data
	}
	with(&r)
	kind, ok := gauge.Kinds[m.Kind]
	if !ok {
		kind = func(gauge.Request) (gauge.Outcome, error) {
			return gauge.Outcome{}, fmt.Errorf("BUG: this session knows no measurement %q", m.Kind)
		}
	}
	outcome, err := kind(r)
	if outcome.Show != nil {
		s.showMeasured(outcome.Show)
	}
	if outcome.Report != nil {
		r.Report(outcome.Report)
	}
	cur.mu.Lock()
	defer cur.mu.Unlock()
	cur.failed = err
}

// showMeasured shows a value below the cell.
func (s *session) showMeasured(v any) {
	if b := display.Bundle(v, ""); len(b.Data) > 0 {
		s.out.display(link.Display{Op: "display", Data: b.Data, Metadata: b.Metadata})
	}
}

// measuredWithin is how long a stopped measurement may take to show what it has.
const measuredWithin = time.Second

// measurement returns what the run's measurement left. An interpreted cell that
// was stopped has ended before its measurement has.
func (r *run) measurement() (report []byte, failed error) {
	r.mu.Lock()
	over := r.measuring
	r.mu.Unlock()
	if over == nil {
		return nil, nil
	}
	select {
	case <-over:
	case <-time.After(measuredWithin):
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.report, r.failed
}

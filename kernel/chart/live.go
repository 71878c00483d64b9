package chart

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weft-go/weft/kernel/internal/sink"
)

// LiveData says what NewLive draws before there are any points.
type LiveData struct {
	Title, Note string
	X, XUnit    string
	Y, YUnit    string
	Series      []string // names; points are added to them by number; nil: one series without a name
	LogX, LogY  bool
	// Points is how many points a series keeps at least; at twice as many they
	// are thinned out. 0 is 2,000.
	Points int
}

// How often a live chart is sent, and for how long nothing must come until it
// is made complete.
const (
	liveInterval = 100 * time.Millisecond
	liveIdle     = time.Second
)

// A Live is a chart that grows while a cell runs:
//
//	l := chart.NewLive(chart.LiveData{Title: "Loss", X: "round", Y: "loss"})
//	defer l.Done()
//	for i := range 1000 {
//		l.Append(0, float64(i), step())
//	}
//
// What is new is sent at most ten times a second. Done makes of it a chart like
// any other, with its picture, table and text, and so does a second in which
// nothing is appended: the chart is complete also where a cell is interrupted
// or never calls Done. Programs that run notebooks without a page stop
// listening when the cell ends, so a cell that is to be published calls Done.
//
// The methods may be called by many goroutines at once. Append costs some
// hundred nanoseconds and does not wait for the notebook.
//
// Without a notebook nothing is shown but the text, at Done.
type Live struct {
	id       string
	printing bool // there is no notebook

	mu      sync.Mutex // guards the following
	d       LiveData
	series  []Series // the points, thinned
	fresh   []list   // of each series, the points not yet sent
	waiting bool     // there are such
	lost    int      // points that are not numbers
	x, y    *axis    // the range so far
	running bool     // send is at work
	last    time.Time
	over    bool // Done was called

	sending sync.Mutex // keeps what is sent in order; taken before mu
	seq     int        // guarded by sending
}

var (
	liveProcess = strconv.FormatUint(rand.Uint64(), 36)
	liveCount   atomic.Uint64
)

// NewLive shows an empty chart at once and returns it, for points to be added.
func NewLive(d LiveData) *Live {
	if len(d.Series) == 0 {
		d.Series = []string{""}
	}
	if len(d.Series) > maxSeries {
		d.Series = d.Series[:maxSeries]
	}
	if d.Points <= 0 {
		d.Points = 2000
	}
	d.Points = max(d.Points, 16)
	d.Series = append([]string(nil), d.Series...)
	l := &Live{
		id: "live-" + liveProcess + "-" + strconv.FormatUint(liveCount.Add(1), 10), d: d,
		series: make([]Series, len(d.Series)), fresh: make([]list, len(d.Series)),
		x: newAxis(d.X, d.XUnit, d.LogX), y: newAxis(d.Y, d.YUnit, d.LogY),
	}
	for i, name := range d.Series {
		l.series[i].Name = name
	}
	s := sink.Get()
	if _, l.printing = s.(sink.Liner); l.printing {
		return l
	}
	l.sending.Lock()
	defer l.sending.Unlock()
	s.Display(sink.Bundle{Data: l.growing().MIMEBundle(), ID: l.id})
	s.Display(sink.Bundle{Data: l.companion(feed{ID: l.id}), ID: l.companionID()})
	return l
}

func (l *Live) companionID() string { return l.id + "-feed" }

// companion is the bundle of the display that feeds the chart.
func (l *Live) companion(f feed) map[string]any {
	data, err := json.Marshal(payload{Live: &f})
	if err != nil { // its parts are cleaned
		panic("BUG: chart: " + err.Error())
	}
	return map[string]any{MIME: json.RawMessage(data), "text/plain": ""}
}

// Append adds a point to the series of that number, counted from 0. A point
// that is not a number, or for a series that there is not, is counted and left
// out. After Done it does nothing.
func (l *Live) Append(series int, x, y float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	if series < 0 || series >= len(l.series) || !l.x.drawable(x) || !l.y.drawable(y) {
		l.lost++
		return
	}
	l.x.lo, l.x.hi = min(l.x.lo, x), max(l.x.hi, x)
	l.y.lo, l.y.hi = min(l.y.lo, y), max(l.y.hi, y)
	s := &l.series[series]
	s.X, s.Y = append(s.X, x), append(s.Y, y)
	if len(s.X) >= 2*l.d.Points {
		*s = s.pick(thin(s.X, s.Y, l.d.Points))
	}
	l.last = time.Now()
	if l.printing {
		return
	}
	l.fresh[series] = append(l.fresh[series], list{significant(x, 7), significant(y, 5)})
	if n := len(l.fresh[series]); n > 2*maxPoints { // more than are seen within a tenth of a second
		l.fresh[series] = choose(l.fresh[series], spread(n, maxPoints))
	}
	l.waiting = true
	if !l.running {
		l.running = true
		go l.send() // a goroutine of the cell that appends: what it shows belongs there
	}
}

// send sends what is new until nothing comes any more, and then the whole.
func (l *Live) send() {
	for {
		time.Sleep(liveInterval)
		l.sending.Lock()
		l.mu.Lock()
		switch {
		case l.over:
			l.running = false
			l.mu.Unlock()
			l.sending.Unlock()
			return
		case l.waiting:
			f := l.news()
			l.mu.Unlock()
			sink.Get().Update(sink.Bundle{Data: l.companion(f), ID: l.companionID()})
		case time.Since(l.last) >= liveIdle:
			l.running = false
			c := l.chart()
			c.live = l.id // there may be more
			l.mu.Unlock()
			l.complete(c)
			l.sending.Unlock()
			return
		default:
			l.mu.Unlock()
		}
		l.sending.Unlock()
	}
}

// news is what was not sent yet. Both locks are held.
func (l *Live) news() feed {
	l.seq++
	f := feed{ID: l.id, Seq: l.seq, Keep: 2 * l.d.Points, Append: l.fresh}
	l.fresh, l.waiting = make([]list, len(l.series)), false
	for i := range f.Append {
		f.Append[i] = orEmpty(f.Append[i])
	}
	x, y := l.axes()
	f.Option, _ = clean(obj{"xAxis": x, "yAxis": y})
	return f
}

// axes are the axes for the range so far, in base units: the figures that were
// sent stay right when the range grows. mu is held.
func (l *Live) axes() (x, y obj) {
	of := func(a axis, zero bool) obj {
		a.ticks = nil
		a.zero = zero
		a.fit()
		k := a.back()
		ticks := make([]float64, len(a.ticks))
		for i, t := range a.ticks {
			ticks[i] = significant(t*k, 9)
		}
		o := a.option()
		o["name"] = a.name
		o["min"], o["max"] = significant(a.min*k, 9), significant(a.max*k, 9)
		o["axisTick"] = obj{"customValues": ticks}
		o["axisLabel"] = obj{"customValues": ticks, "hideOverlap": true, "formatter": fn("quantity", a.base, 1)}
		return o
	}
	x = of(*l.x, false)
	y = of(*l.y, l.y.lo >= 0 && l.y.lo < l.y.hi*0.5)
	x["nameGap"], y["nameGap"] = 28, 64
	return x, y
}

// growing is the chart as it is shown first.
func (l *Live) growing() *Chart {
	p := begin(l.d.Title, l.d.Note)
	for i, name := range l.d.Series {
		s := line(name, list{}, obj{"width": 2, "type": dash(i)}, "@"+strconv.Itoa(i%6))
		if name == "" && len(l.d.Series) > 1 {
			s["name"] = nameOf("", i)
		} else if name == "" {
			delete(s, "name")
		}
		p.add(s)
	}
	x, y := l.axes()
	top := p.top()
	p.c.Option["grid"] = obj{"left": 92, "right": 40, "top": top, "bottom": nameHeight + tickHeight - 4}
	p.c.Option["xAxis"], p.c.Option["yAxis"] = x, y
	p.text.line("(no points yet)")
	c := p.chart()
	c.live = l.id
	return c
}

// Done ends the chart: what is shown then is kept with the notebook. Points
// that come later are ignored. Calling it again does nothing.
func (l *Live) Done() {
	l.sending.Lock()
	defer l.sending.Unlock()
	l.mu.Lock()
	if l.over {
		l.mu.Unlock()
		return
	}
	l.over = true
	c := l.chart()
	l.mu.Unlock()
	if l.printing {
		c.Show()
		return
	}
	l.complete(c)
}

// complete replaces both displays: the companion by nothing, the chart by a
// whole one. sending is held.
func (l *Live) complete(c *Chart) {
	s := sink.Get()
	s.Update(sink.Bundle{Data: map[string]any{"text/plain": "", "text/html": ""}, ID: l.companionID()})
	s.Update(sink.Bundle{Data: c.MIMEBundle(), ID: l.id})
}

// Chart is the chart with the points so far.
func (l *Live) Chart() *Chart {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chart()
}

// chart is Chart with mu held.
func (l *Live) chart() *Chart {
	d := LinesData{Title: l.d.Title, Note: l.d.Note, X: l.d.X, XUnit: l.d.XUnit, Y: l.d.Y, YUnit: l.d.YUnit, Series: l.series, LogX: l.d.LogX, LogY: l.d.LogY}
	switch {
	case l.lost > 0 && d.Note != "":
		d.Note += " · " + missing(l.lost)
	case l.lost > 0:
		d.Note = missing(l.lost)
	}
	return Lines(d)
}

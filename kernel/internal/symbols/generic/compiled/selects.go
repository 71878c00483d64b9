package compiled

import "reflect"

// A Select is one run of a select statement. The interpreter keeps the cases of
// its own in one place for all goroutines that run the same statement, so that
// one would wait for the channels of another.
type Select struct {
	cases []reflect.SelectCase
	value reflect.Value
	ok    bool
}

// NewSelect begins a select statement; its cases follow in order.
func NewSelect() *Select { return &Select{} }

// Receive adds a case that receives from a channel.
func Receive(s *Select, channel any) {
	s.cases = append(s.cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(channel)})
}

// Send adds a case that sends what value points to.
func Send(s *Select, channel, value any) {
	s.cases = append(s.cases, reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(channel), Send: reflect.ValueOf(value).Elem()})
}

// Default adds the case that is taken when no other can be.
func Default(s *Select) {
	s.cases = append(s.cases, reflect.SelectCase{Dir: reflect.SelectDefault})
}

// Stopping returns a channel that is closed when the interpreter stops what
// runs, nil for never. Who runs the interpreter sets it before.
var Stopping = func() <-chan struct{} { return nil }

// Choose waits for a case that can go on and returns its number. When the
// interpreter stops what runs it returns -1: none of the cases has happened, and
// the calling goroutine gets no further.
func Choose(s *Select) (chosen int) {
	chosen, s.value, s.ok = reflect.Select(append(s.cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(Stopping())}))
	if chosen == len(s.cases) {
		return -1
	}
	return chosen
}

// Received stores what was received into what place points to, and says whether
// it was sent, rather than the zero value of a closed channel.
func Received(s *Select, place any) bool {
	reflect.ValueOf(place).Elem().Set(s.value)
	return s.ok
}

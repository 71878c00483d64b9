package counters

// A Thread is what the system's scheduler knows of one thread, in seconds.
type Thread struct {
	Run  float64 // it ran
	Wait float64 // it could have run but had no processor
}

// Threads are those of a process that lived when it was read.
type Threads struct {
	ByID map[int]Thread
	// Unavailable is empty, or says why nothing is known of them.
	Unavailable string
}

// Run returns how long all of them have run, in seconds.
func (t Threads) Run() float64 {
	sum := 0.0
	for _, x := range t.ByID {
		sum += x.Run
	}
	return sum
}

// Waited returns how long the threads that did the work since an earlier reading
// waited for a processor: all of them together, and the one that waited longest.
// Others wait without holding anything up: the runtime's own threads, which wake
// up for some microseconds behind one that computes. A thread did the work if
// it ran a fifth as long as the one that ran most.
func (t Threads) Waited(earlier Threads) (sum, worst float64) {
	most := 0.0
	for id, x := range t.ByID {
		most = max(most, x.Run-earlier.ByID[id].Run)
	}
	for id, x := range t.ByID {
		if x.Run-earlier.ByID[id].Run > most/5 {
			wait := max(0, x.Wait-earlier.ByID[id].Wait)
			sum += wait
			worst = max(worst, wait)
		}
	}
	return sum, worst
}

func (t Threads) waitValues(earlier Threads) (sum, worst Value) {
	if t.Unavailable != "" {
		return NA(t.Unavailable), NA(t.Unavailable)
	}
	s, w := t.Waited(earlier)
	return Num(s), Num(w)
}

// Workers are the processes below this one that run.
type Workers struct {
	Count        Value
	User, System Value // processor time in seconds, steps of 10 ms
}

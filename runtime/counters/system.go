package counters

// A Machine is what the machine as a whole has counted: all programs on it.
type Machine struct {
	All      Value // processors' time in seconds, idle or not, all of them together
	Stolen   Value // of it, what other virtual machines took
	Pressure Value // seconds in which some task waited for a processor (PSI)
	Load     Value // average of the last minute: tasks that run or want to
	Hz       Value // clock, average of the processors
}

func (m Machine) since(earlier Machine, d *Delta) {
	d.Steal = m.Stolen.minus(earlier.Stolen).over(m.All.minus(earlier.All))
	if all := m.All.minus(earlier.All); all.OK() && all.N == 0 {
		d.Steal = NA("shorter than the 10 ms in which the system counts it")
	}
	d.Pressure = m.Pressure.minus(earlier.Pressure).over(Num(d.Wall))
	d.Load, d.Hz = m.Load, m.Hz
}

package counters

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// tick is the unit of times in /proc/PID/stat and /proc/stat, in seconds:
// USER_HZ, 100 on every machine that Go runs on (proc(5)).
const tick = 0.01

// ReadThreads reads the scheduler's figures of a process's threads from
// /proc/PID/task/*/schedstat: nanoseconds run and waited (sched-stats in the
// kernel's documentation). pid 0 is this process. It costs some 10 µs a thread.
func ReadThreads(pid int) Threads {
	dir := taskDir(pid)
	tasks, err := os.ReadDir(dir)
	if err != nil {
		return Threads{Unavailable: err.Error()}
	}
	t := Threads{ByID: make(map[int]Thread, len(tasks))}
	var failed error
	for _, task := range tasks {
		text, err := os.ReadFile(dir + task.Name() + "/schedstat")
		if err != nil {
			failed = err // it has ended, or the kernel has no such file
			continue
		}
		words := strings.Fields(string(text))
		id, err := strconv.Atoi(task.Name())
		if err == nil && len(words) >= 2 {
			t.ByID[id] = Thread{number(words[0]) / 1e9, number(words[1]) / 1e9}
		}
	}
	if len(t.ByID) == 0 {
		t.Unavailable = "this kernel has no schedstat"
		if failed != nil && !errors.Is(failed, fs.ErrNotExist) {
			t.Unavailable = failed.Error()
		}
	}
	return t
}

func taskDir(pid int) string {
	if pid == 0 {
		return "/proc/self/task/"
	}
	return fmt.Sprintf("/proc/%d/task/", pid)
}

func number(word string) float64 {
	n, _ := strconv.ParseFloat(word, 64)
	return n
}

// ReadWorkers sums up the processes below this one: children, theirs and so on.
func ReadWorkers() Workers {
	pids, err := descendants(os.Getpid())
	if err != nil {
		na := NA(err.Error())
		return Workers{na, na, na}
	}
	w := Workers{Count: Num(float64(len(pids)))}
	for _, pid := range pids {
		if s, ok := readStat(pid); ok {
			w.User.N += s.user
			w.System.N += s.system
		}
	}
	return w
}

// descendants lists the processes below pid. The kernel keeps a list of children
// for each thread; where it was built without (CONFIG_PROC_CHILDREN), all
// processes are asked for their parents.
func descendants(pid int) ([]int, error) {
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)); err != nil {
		return byParent(pid)
	}
	var list []int
	var add func(pid int)
	add = func(pid int) {
		tasks, _ := os.ReadDir(taskDir(pid))
		for _, t := range tasks {
			text, _ := os.ReadFile(taskDir(pid) + t.Name() + "/children")
			for _, word := range strings.Fields(string(text)) {
				if child, err := strconv.Atoi(word); err == nil {
					list = append(list, child)
					add(child)
				}
			}
		}
	}
	add(pid)
	return list, nil
}

func byParent(root int) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	children := make(map[int][]int)
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if s, ok := readStat(pid); ok {
				children[s.parent] = append(children[s.parent], pid)
			}
		}
	}
	var list []int
	var add func(pid int)
	add = func(pid int) {
		for _, child := range children[pid] {
			list = append(list, child)
			add(child)
		}
	}
	add(root)
	return list, nil
}

// A stat is what is used of /proc/PID/stat.
type stat struct {
	parent       int
	user, system float64 // seconds
}

func readStat(pid int) (stat, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, false
	}
	return parseStat(text)
}

// parseStat reads fields 4, 14 and 15, behind the name in parentheses, which may
// hold blanks and parentheses itself.
func parseStat(text []byte) (stat, bool) {
	words := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(words) < 13 {
		return stat{}, false
	}
	parent, err := strconv.Atoi(words[1])
	return stat{parent, number(words[11]) * tick, number(words[12]) * tick}, err == nil
}

// ResetPeak begins anew with PeakRSS: the most of resident memory from now on
// (proc(5), clear_refs).
func ResetPeak() error {
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		return fmt.Errorf("reset the peak of resident memory: %w", err)
	}
	return nil
}

// residentSet reads a line of /proc/self/status, in bytes.
func residentSet(name string) Value {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return NA(err.Error())
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			if words := strings.Fields(rest); len(words) == 2 && words[1] == "kB" {
				return Num(number(words[0]) * 1024)
			}
		}
	}
	return NA("/proc/self/status has no " + name)
}

// migrations sums up what /proc/self/task/*/sched tells.
func migrations() Value {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return NA(err.Error())
	}
	sum, found := 0.0, false
	for _, t := range tasks {
		text, _ := os.ReadFile("/proc/self/task/" + t.Name() + "/sched")
		if n, ok := parseMigrations(string(text)); ok {
			sum, found = sum+n, true
		}
	}
	if !found {
		return NA("this kernel does not tell (/proc/self/sched needs CONFIG_SCHED_DEBUG)")
	}
	return Num(sum)
}

func parseMigrations(text string) (float64, bool) {
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "se.nr_migrations" {
			return number(strings.TrimSpace(value)), true
		}
	}
	return 0, false
}

func readMachine() Machine {
	m := Machine{Pressure: pressure(), Load: load(), Hz: clock("/sys/devices/system/cpu")}
	m.All, m.Stolen = processorTime()
	return m
}

// processorTime reads the first line of /proc/stat.
func processorTime() (all, stolen Value) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return NA(err.Error()), NA(err.Error())
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return parseCPULine(line)
}

// parseCPULine reads "cpu  user nice system idle iowait irq softirq steal …".
func parseCPULine(line string) (all, stolen Value) {
	words := strings.Fields(line)
	if len(words) < 9 || words[0] != "cpu" {
		na := NA("/proc/stat has no line cpu with stolen time")
		return na, na
	}
	for _, w := range words[1:9] {
		all.N += number(w) * tick
	}
	return all, Num(number(words[8]) * tick)
}

// pressure reads "some … total=MICROSECONDS" (psi in the kernel's documentation).
func pressure() Value {
	text, err := os.ReadFile("/proc/pressure/cpu")
	if err != nil {
		return NA("this kernel has no pressure stall information (/proc/pressure/cpu)")
	}
	line, _, _ := strings.Cut(string(text), "\n")
	_, total, ok := strings.Cut(line, "total=")
	if !ok || !strings.HasPrefix(line, "some ") {
		return NA("/proc/pressure/cpu has no total")
	}
	return Num(number(strings.TrimSpace(total)) / 1e6)
}

func load() Value {
	text, err := os.ReadFile("/proc/loadavg")
	words := strings.Fields(string(text))
	if err != nil || len(words) == 0 {
		return NA("/proc/loadavg can't be read")
	}
	return Num(number(words[0]))
}

// clock averages scaling_cur_freq, in Hz.
func clock(dir string) Value {
	files, _ := filepath.Glob(dir + "/cpu[0-9]*/cpufreq/scaling_cur_freq")
	sum, n := 0.0, 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if khz := number(strings.TrimSpace(string(text))); err == nil && khz > 0 {
			sum += khz * 1000
			n++
		}
	}
	if n == 0 {
		return NA("this kernel does not tell the clock (no cpufreq, as in most virtual machines)")
	}
	return Num(sum / float64(n))
}

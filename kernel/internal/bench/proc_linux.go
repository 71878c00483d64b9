package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/weft-go/weft/kernel/measure"
)

// tick is the unit of times in /proc/PID/stat and /proc/stat: USER_HZ, 100 on
// every machine that Go runs on (proc(5)).
const tick = 10 * time.Millisecond

// threads reads /proc/PID/task/*/schedstat: nanoseconds run and nanoseconds
// waited (sched-stats in the kernel's documentation). pid 0 is this process. What
// can't be read is not there.
func threads(pid int) schedule {
	dir := "/proc/self/task/"
	if pid != 0 {
		dir = fmt.Sprintf("/proc/%d/task/", pid)
	}
	tasks, _ := os.ReadDir(dir)
	all := make(schedule, len(tasks))
	for _, t := range tasks {
		text, err := os.ReadFile(dir + t.Name() + "/schedstat")
		if err != nil {
			continue // it has ended
		}
		if words := strings.Fields(string(text)); len(words) >= 2 {
			all[t.Name()] = thread{number(words[0]), number(words[1])}
		}
	}
	return all
}

func number(word string) time.Duration {
	n, _ := strconv.ParseInt(word, 10, 64)
	return time.Duration(n)
}

// descendants sums up the processor time of this process's children, theirs and
// so on, in steps of 10 ms.
func descendants() measure.CPU {
	var sum measure.CPU
	var add func(pid string)
	add = func(pid string) {
		lists, _ := os.ReadDir("/proc/" + pid + "/task")
		for _, t := range lists {
			text, _ := os.ReadFile("/proc/" + pid + "/task/" + t.Name() + "/children")
			for _, child := range strings.Fields(string(text)) {
				user, system := statTimes(child)
				sum.User += user
				sum.System += system
				add(child)
			}
		}
	}
	add("self")
	return sum
}

// statTimes reads fields 14 and 15 of /proc/PID/stat, behind the name in
// parentheses.
func statTimes(pid string) (user, system time.Duration) {
	text, _ := os.ReadFile("/proc/" + pid + "/stat")
	at := bytes.LastIndexByte(text, ')')
	words := strings.Fields(string(text[at+1:]))
	if len(words) < 13 {
		return 0, 0
	}
	return number(words[11]) * tick, number(words[12]) * tick
}

// A stat is a reading of /proc/stat.
type stat struct {
	all, stolen time.Duration // of all processors
}

func readStat() stat {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	return parseStat(line)
}

// parseStat reads the line "cpu  user nice system idle iowait irq softirq steal …".
func parseStat(line string) stat {
	words := strings.Fields(line)
	if len(words) < 9 || words[0] != "cpu" {
		return stat{}
	}
	var s stat
	for i, w := range words[1:9] {
		s.all += number(w) * tick
		if i == 7 {
			s.stolen = number(w) * tick
		}
	}
	return s
}

// steal returns the part of the processors' time since an earlier reading that
// was stolen.
func (s stat) steal(earlier stat) float64 {
	if s.all <= earlier.all {
		return 0
	}
	return float64(s.stolen-earlier.stolen) / float64(s.all-earlier.all)
}

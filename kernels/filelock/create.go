package filelock

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/weft-go/weft/kernels/internal/poll"
)

// GoroutineCreate is [Goroutine] with a lock file instead of flock(2): whoever
// creates it has the lock, whoever finds it there tries again, and removing it
// gives the lock back. It works on every system and file system, but nobody is
// woken when the lock is free, and a process that dies with the lock leaves it
// behind.
func GoroutineCreate(n, workers int) (int, error) {
	return once(n, workers, create, newTeam)
}

// ProcessCreate is [Process] with a lock file, as [GoroutineCreate].
func ProcessCreate(n, workers int) (int, error) {
	return once(n, workers, create, newCrew)
}

// A creator locks by creating a file that is not there yet.
type creator struct{ name string }

const lockSuffix = ".lock"

// patience is after how long a lock file counts as left behind.
var patience = 10 * time.Second

func (l creator) lock(p poll.Poll) error {
	var begin time.Time
	for try := 0; ; try++ {
		f, err := os.OpenFile(l.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			return f.Close()
		}
		switch {
		case !errors.Is(err, os.ErrExist):
			return err
		case p.Stopped():
			return p.Err()
		case try == 0:
			begin = time.Now()
		case try%256 == 255 && time.Since(begin) > patience:
			return fmt.Errorf("lock file %s has been there for %v: has a process died that held it?", l.name, patience)
		}
		// An increment is over in some 40 µs, so trying again at once comes
		// before sleep, which is the longer the more there are who wait.
		if try < 16 {
			runtime.Gosched()
		} else {
			time.Sleep(min(time.Duration(try)*5*time.Microsecond, time.Millisecond))
		}
	}
}

func (l creator) unlock() error { return os.Remove(l.name) }

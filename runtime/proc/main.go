package proc

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// environment is the variable by which a program finds out that it is a
// worker. Its value says of what kind: "pool" or "manager".
const environment = "WEFT_PROC_WORKER"

// linkFD is a worker's end of the sockets.
const linkFD = 3

// registry holds what Main was given.
var registry struct {
	mu    sync.Mutex
	ready bool // Main was called
	tasks map[string]*Task
}

// Main makes this program able to be its own worker process. It must be called
// first in main, or in TestMain, before flags are parsed and anything is begun.
// In a worker it serves the tasks and does not return; otherwise it returns at
// once. It panics if two tasks have the same name or one was not made by
// [NewTask].
//
// Programs and tests that start no workers need not call it.
func Main(tasks ...Task) {
	register(tasks)
	kind, worker := os.LookupEnv(environment)
	if !worker {
		return
	}
	os.Unsetenv(environment) // programs that a task starts are no workers
	if err := work(kind); err != nil {
		fmt.Fprintf(os.Stderr, "worker process %d: %v\n", os.Getpid(), err)
		os.Exit(2)
	}
	os.Exit(0)
}

// isWorker reports whether the environment says so.
func isWorker() bool {
	_, worker := os.LookupEnv(environment)
	return worker
}

func register(tasks []Task) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if registry.tasks == nil {
		registry.tasks = make(map[string]*Task)
	}
	for _, t := range tasks {
		if t.call == nil {
			panic("proc.Main: a task that was not made by proc.NewTask")
		}
		if registry.tasks[t.name] != nil {
			panic(fmt.Sprintf("proc.Main: two tasks with the name %s", t.name))
		}
		registry.tasks[t.name] = &t
	}
	registry.ready = true
}

var errNoMain = errors.New("this program does not call proc.Main first, so it can't be started again as a worker")

// ready returns an error if workers can't be started.
func ready() error {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if !registry.ready {
		return errNoMain
	}
	return nil
}

// lookup returns the task of that name.
func lookup(name string) (*Task, error) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if t := registry.tasks[name]; t != nil {
		return t, nil
	}
	var names []string
	for n := range registry.tasks {
		names = append(names, n)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil, fmt.Errorf("no task %q: proc.Main was called without any", name)
	}
	return nil, fmt.Errorf("no task %q, only %s", name, strings.Join(names, " "))
}

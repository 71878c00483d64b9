package supervisor

import (
	"runtime"
	"testing"
	"testing/fstest"
)

func files(m map[string]string) fstest.MapFS {
	fs := fstest.MapFS{}
	for name, text := range m {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

func TestAvailableMemory(t *testing.T) {
	const meminfo = "MemTotal:       16000000 kB\nMemFree:         1000 kB\n"
	const machine = 16000000 << 10
	for _, test := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"nothing known", nil, 0},
		{"machine", map[string]string{"proc/meminfo": meminfo}, machine},
		{"version 2", map[string]string{
			"proc/meminfo":                 meminfo,
			"proc/self/cgroup":             "0::/a/b\n",
			"sys/fs/cgroup/a/b/memory.max": "2000000000\n",
			"sys/fs/cgroup/a/memory.max":   "3000000000\n",
		}, 2000000000},
		{"version 2, limit above", map[string]string{
			"proc/meminfo":                 meminfo,
			"proc/self/cgroup":             "0::/a/b\n",
			"sys/fs/cgroup/a/b/memory.max": "max\n",
			"sys/fs/cgroup/a/memory.high":  "1000000000\n",
		}, 1000000000},
		{"version 2 in a container", map[string]string{
			"proc/meminfo":             meminfo,
			"proc/self/cgroup":         "0::/\n",
			"sys/fs/cgroup/memory.max": "500000000\n",
		}, 500000000},
		{"version 1", map[string]string{
			"proc/meminfo":     meminfo,
			"proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n",
			"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "700000000\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":          "9223372036854771712\n",
		}, 700000000},
		{"version 1, path of the host", map[string]string{
			"proc/meminfo":     meminfo,
			"proc/self/cgroup": "4:memory:/docker/1\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "600000000\n",
		}, 600000000},
		{"version 1, no limit", map[string]string{
			"proc/meminfo":     meminfo,
			"proc/self/cgroup": "4:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, machine},
		{"nonsense", map[string]string{
			"proc/meminfo":             "MemTotal: lots kB\n\n",
			"proc/self/cgroup":         "\nx\n0::\n",
			"sys/fs/cgroup/memory.max": "-5\n",
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := availableMemory(files(test.files)); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
	if got := DefaultMemory(); runtime.GOOS == "linux" && (got < 64<<20 || got > 1<<50) {
		t.Errorf("DefaultMemory() = %d", got)
	}
}

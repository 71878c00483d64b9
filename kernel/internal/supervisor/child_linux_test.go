package supervisor

import "testing"

func TestCountKills(t *testing.T) {
	got := countKills(files(map[string]string{
		"proc/vmstat":                               "nr_free_pages 7\noom_kill 3\n",
		"proc/self/cgroup":                          "0::/a\n4:memory:/b\n",
		"sys/fs/cgroup/a/memory.events":             "low 1\noom 5\noom_kill 2\noom_group_kill 9\n",
		"sys/fs/cgroup/memory/b/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
	}))
	if got != 6 {
		t.Errorf("got %d, want 6", got)
	}
	if got := countKills(files(nil)); got != 0 {
		t.Errorf("got %d of nothing", got)
	}
}

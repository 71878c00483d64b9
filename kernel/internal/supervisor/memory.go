package supervisor

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// share is the part of the memory there is that a session may use: the rest is
// for the front, its client and the file cache.
const share = 0.8

// DefaultMemory returns how many bytes a session may use if nobody says
// otherwise: 80 % of the smallest of the machine's memory and the limits of the
// control groups that we are in; 0, for no limit, where the system tells
// neither.
func DefaultMemory() int64 {
	return int64(share * float64(availableMemory(os.DirFS("/"))))
}

// availableMemory reads /proc/meminfo and the control groups' files.
func availableMemory(root fs.FS) int64 {
	least := int64(0)
	consider := func(n int64) {
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	if b, err := fs.ReadFile(root, "proc/meminfo"); err == nil {
		for line := range bytes.Lines(b) {
			if f := bytes.Fields(line); len(f) == 3 && string(f[0]) == "MemTotal:" {
				kB, _ := strconv.ParseInt(string(f[1]), 10, 64)
				consider(kB << 10)
			}
		}
	}
	for _, dir := range memoryGroups(root) {
		// The first two are version 2's, the last is version 1's. "max", and
		// version 1's number near 2^63, mean no limit.
		for _, name := range []string{"memory.max", "memory.high", "memory.limit_in_bytes"} {
			if b, err := fs.ReadFile(root, dir+"/"+name); err == nil {
				n, _ := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
				consider(n)
			}
		}
	}
	return least
}

// memoryGroups returns the folders of the control groups that may limit our
// memory, from our own to the top (cgroups(7), /proc/PID/cgroup).
func memoryGroups(root fs.FS) []string {
	b, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var dirs []string
	for line := range strings.Lines(string(b)) {
		// "0::/path" is version 2, "4:memory:/path" version 1.
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		var mounts []string
		switch {
		case f[1] == "":
			mounts = []string{"sys/fs/cgroup", "sys/fs/cgroup/unified"}
		case strings.Contains(","+f[1]+",", ",memory,"):
			mounts = []string{"sys/fs/cgroup/memory"}
		}
		for _, mount := range mounts {
			// In a container the path may be the host's, which is not below
			// our mount; the top is always there.
			for p := path.Clean("/" + f[2]); ; p = path.Dir(p) {
				dirs = append(dirs, strings.TrimSuffix(mount+p, "/"))
				if p == "/" {
					break
				}
			}
		}
	}
	return dirs
}

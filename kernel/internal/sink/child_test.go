package sink

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets this binary be the program that shows something.
func TestMain(m *testing.M) {
	if os.Getenv("WEFT_TEST_SHOW") != "" {
		Get().Display(Bundle{Data: map[string]any{"text/plain": "one"}, ID: "x"})
		Get().Update(Bundle{Data: map[string]any{"text/html": "<b>"}, ID: "x"})
		Get().Clear(true)
		os.Stdout.WriteString(os.Getenv(Variable))
		return
	}
	os.Exit(m.Run())
}

func TestChildShows(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	syscall.CloseOnExec(fds[0])
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "WEFT_TEST_SHOW=1", Variable+"=3")
	cmd.ExtraFiles = []*os.File{theirs}
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	var ops []string
	for range 3 {
		var head [4]byte
		if _, err := io.ReadFull(ours, head[:]); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, binary.BigEndian.Uint32(head[:]))
		if _, err := io.ReadFull(ours, b); err != nil {
			t.Fatal(err)
		}
		var f Frame
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		ops = append(ops, f.Op)
		if _, err := ours.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil || out.String() != "" {
		t.Errorf("%v, printed %q: want nothing, the variable is gone", err, out.String())
	}
	if got := strings.Join(ops, " "); got != "display update clear" {
		t.Errorf("got %s", got)
	}
}

// Without a notebook at the other end the program prints.
func TestChildPrintsAlone(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "WEFT_TEST_SHOW=1", Variable+"=3")
	out, err := cmd.Output()
	if want := "one\n[text/html]\n"; err != nil || string(out) != want {
		t.Errorf("printed %q, want %q; %v", out, want, err)
	}
}

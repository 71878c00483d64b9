package notebook

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// Save writes nb to a file; see Replace.
func Save(path string, nb *Notebook) error {
	return Replace(path, func(w io.Writer) error { return Write(w, nb) })
}

// Replace makes a file of what write writes: into a temporary file in the same
// folder, to the disk, then renamed, so that at any time the file is the old
// one or the whole new one. On error the old file stays and nothing else does.
// The file keeps its permissions; a symbolic link stays one and its target is
// replaced. What is no regular file, such as /dev/stdout, is written directly.
func Replace(path string, write func(io.Writer) error) error {
	return replace(path, write, func(f *os.File) io.Writer { return f })
}

// replace is Replace with the way to the temporary file through the writer
// that through makes of it, so that tests can fill the disk.
func replace(path string, write func(io.Writer) error, through func(*os.File) io.Writer) (err error) {
	defer func() {
		if err != nil {
			var p *fs.PathError
			if errors.As(err, &p) { // it names the temporary file, which nobody knows
				err = p.Err
			}
			err = fmt.Errorf("save %s: %w; nothing was changed", path, err)
		}
	}()
	mode := fs.FileMode(0)
	target := path
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		target = resolved
	}
	if info, err := os.Stat(target); err == nil {
		if info.IsDir() {
			return errors.New("this is a folder")
		}
		if !info.Mode().IsRegular() {
			return writeTo(target, write, through)
		}
		mode = info.Mode().Perm()
	}
	f, err := temporary(target)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = write(through(f)); err != nil {
		return err
	}
	if mode != 0 {
		if err = f.Chmod(mode); err != nil {
			return err
		}
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), target); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(target)); err == nil {
		dir.Sync() // so that the name outlives a power cut; not every file system can
		dir.Close()
	}
	return nil
}

// temporary makes a file beside path. os.CreateTemp is not used because its
// files are for the owner only, whatever the umask says.
func temporary(path string) (*os.File, error) {
	for range 100 {
		name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+strconv.FormatUint(uint64(rand.Uint32()), 36)+".tmp")
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, errors.New("no free name for a temporary file")
}

func writeTo(path string, write func(io.Writer) error, through func(*os.File) io.Writer) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := write(through(f)); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

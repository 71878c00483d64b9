package toolchain

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// rewrite edits the object that the compiler has written; typeName may be nil.
func rewrite(archive string, typeName func(string) string) error {
	data, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	object, err := goObject(data)
	if err != nil {
		return fmt.Errorf("%s: %w", archive, err)
	}
	changed := hideExports(object)
	if typeName != nil {
		renamed, err := renameTypes(object, typeName)
		if err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
		changed = changed || renamed
	}
	if !changed {
		return nil
	}
	return os.WriteFile(archive, data, 0o600)
}

// renameFuncs gives the functions of a plugin the names that programs see. They
// are in one table, each ended by a zero byte, and found by where they begin
// (runtime/symtab.go, pcHeader). Where plugins are not ELF files names stay.
func renameFuncs(so string, name func(string) string) error {
	if name == nil {
		return nil
	}
	f, err := os.OpenFile(so, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	file, err := elf.NewFile(f)
	var other *elf.FormatError
	if errors.As(err, &other) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range file.Sections {
		if s.Name != ".gopclntab" && s.Name != ".data.rel.ro.gopclntab" {
			continue
		}
		table, err := s.Data()
		if err != nil {
			return err
		}
		from, to, err := funcNames(table)
		if err != nil {
			return err
		}
		names := table[from:to]
		if !renameText(names, name) {
			return nil
		}
		_, err = f.WriteAt(names, int64(s.Offset)+int64(from))
		return err
	}
	return errors.New("the linker has written no table of functions")
}

// funcNames finds the names in the table of functions.
func funcNames(table []byte) (from, to int, err error) {
	const (
		magic  = 0xfffffff1 // since Go 1.20
		offset = 8 + 3*8    // of the offset of the names
	)
	if len(table) < offset+16 || binary.LittleEndian.Uint32(table) != magic || table[7] != 8 {
		return 0, 0, errors.New("the linker writes tables of functions of an unknown format")
	}
	from, to = int(binary.LittleEndian.Uint64(table[offset:])), int(binary.LittleEndian.Uint64(table[offset+8:]))
	if from < 0 || from > to || to > len(table) {
		return 0, 0, errors.New("the linker writes tables of functions of an unknown format")
	}
	return from, to, nil
}

// renameText renames in a row of texts that end with zero bytes, and reports
// whether any changed.
func renameText(names []byte, rename func(string) string) (changed bool) {
	for len(names) > 0 {
		end := bytes.IndexByte(names, 0)
		if end < 0 {
			return changed
		}
		old := string(names[:end])
		if now := rename(old); now != old && len(now) <= len(old) {
			clear(names[copy(names, now):end])
			changed = true
		}
		names = names[end+1:]
	}
	return changed
}

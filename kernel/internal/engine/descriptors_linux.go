package engine

import (
	"bufio"
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// One descriptor for each type.
//
// Compiled code tells types apart by the addresses of their descriptors, and
// values in interfaces with methods by those of their tables of methods. Plugins
// that mention the same type share one, because the system's linker resolves
// them by name. But what interpreted code puts into an interface has a
// descriptor or a table that package reflect has made at run time, unless an
// open program has one; and a plugin that is opened later brings another. Then
// x.(T) would be false, and x == y too, without a word.
//
// So when a plugin has been opened, all the places in it that name a
// descriptor or a table (they are relocations, since other plugins may have
// them) are looked through, and those of which reflect had made one get that.
// Plugins that are opened later resolve the names to what the first one has, so
// what is known of an address is kept.

// A unifier knows which descriptor stands for which. The zero value is ready.
type unifier struct {
	known map[uintptr]unsafe.Pointer // by the address in a plugin
	host  [2]uintptr                 // where the session's program lies
}

// unify goes through a plugin that has just been opened.
func (u *unifier) unify(file string) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	if u.known == nil {
		u.known = map[uintptr]unsafe.Pointer{}
		exe, err := os.Readlink("/proc/self/exe")
		if err != nil {
			return err
		}
		if u.host, err = mapped(exe); err != nil {
			return err
		}
	}
	at, err := mapped(file)
	if err != nil {
		return err
	}
	f, err := elf.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	places, err := namedPlaces(f)
	if err != nil {
		return err
	}
	var guarded []elf.ProgHeader // parts that are closed for writing by now
	var bias uintptr
	for _, p := range f.Progs {
		switch p.Type {
		case elf.PT_LOAD:
			if p.Off == 0 {
				bias = at[0] - uintptr(p.Vaddr)
			}
		case elf.PT_GNU_RELRO:
			guarded = append(guarded, p.ProgHeader)
		}
	}
	open := false
	for _, p := range places {
		place := (*unsafe.Pointer)(pointerAt(bias + p.at))
		now := u.canonical(*place, p.table)
		if now == *place {
			continue
		}
		if !open {
			open = true
			for _, g := range guarded {
				part := pages(bias+uintptr(g.Vaddr), uintptr(g.Memsz))
				if err := syscall.Mprotect(part, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
					return fmt.Errorf("unify descriptors: %w", err)
				}
				defer func() { _ = syscall.Mprotect(part, syscall.PROT_READ) }()
			}
		}
		*(*uintptr)(unsafe.Pointer(place)) = uintptr(now) // the collector does not look there
	}
	return nil
}

// pointerAt is the pointer to memory that the system has mapped.
func pointerAt(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// pages are the whole pages that begin in a part of memory, as the dynamic
// linker closes them.
func pages(at, size uintptr) []byte {
	page := uintptr(os.Getpagesize())
	from, to := at&^(page-1), (at+size)&^(page-1)
	return unsafe.Slice((*byte)(pointerAt(from)), to-from)
}

// mapped tells from where to where a file is mapped.
func mapped(file string) (at [2]uintptr, err error) {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return at, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		span, rest, _ := strings.Cut(lines.Text(), " ")
		if !strings.HasSuffix(rest, " "+file) {
			continue
		}
		from, to, _ := strings.Cut(span, "-")
		a, err1 := strconv.ParseUint(from, 16, 64)
		b, err2 := strconv.ParseUint(to, 16, 64)
		if err1 != nil || err2 != nil {
			break
		}
		if at[0] == 0 {
			at[0] = uintptr(a)
		}
		at[1] = uintptr(b)
	}
	if at[0] == 0 {
		return at, fmt.Errorf("%s is not in /proc/self/maps", file)
	}
	return at, nil
}

// A namedPlace is a word that holds the address of a type's descriptor or of a
// table of methods.
type namedPlace struct {
	at    uintptr // from the plugin's beginning
	table bool
}

// namedPlaces lists the words of a plugin that the dynamic linker has filled.
func namedPlaces(f *elf.File) (list []namedPlace, err error) {
	data := func(name string) []byte {
		s := f.Section(name)
		if s == nil {
			return nil
		}
		b, e := s.Data()
		if e != nil && err == nil {
			err = e
		}
		return b
	}
	relocations, symbols, names := data(".rela.dyn"), data(".dynsym"), data(".dynstr")
	if err != nil || f.Class != elf.ELFCLASS64 || f.ByteOrder != binary.LittleEndian {
		return nil, err
	}
	const rela, symbol = 24, 24 // bytes each: Elf64_Rela, Elf64_Sym
	for ; len(relocations) >= rela; relocations = relocations[rela:] {
		n := int(binary.LittleEndian.Uint32(relocations[12:])) * symbol
		if n == 0 || n+symbol > len(symbols) || binary.LittleEndian.Uint64(relocations[16:]) != 0 {
			continue
		}
		name := int(binary.LittleEndian.Uint32(symbols[n:]))
		if name >= len(names) {
			continue
		}
		switch text := names[name:]; {
		case bytes.HasPrefix(text, []byte("go:itab.")):
			list = append(list, namedPlace{uintptr(binary.LittleEndian.Uint64(relocations)), true})
		case bytes.HasPrefix(text, []byte("type:.")): // functions and names
		case bytes.HasPrefix(text, []byte("type:")):
			list = append(list, namedPlace{uintptr(binary.LittleEndian.Uint64(relocations)), false})
		}
	}
	return list, nil
}

// canonical is what all code is to use in place of a descriptor or a table.
func (u *unifier) canonical(p unsafe.Pointer, table bool) unsafe.Pointer {
	if uintptr(p) >= u.host[0] && uintptr(p) < u.host[1] || p == nil {
		return p // what the program has, reflect makes none of
	}
	if c, ok := u.known[uintptr(p)]; ok {
		return c
	}
	u.known[uintptr(p)] = p // for types that contain themselves
	c := p
	if table {
		// internal/abi.ITab begins with the interface and the type.
		words := (*[2]unsafe.Pointer)(p)
		if t := getitab(words[0], u.canonical(words[1], false), true); t != nil {
			c = t
		}
	} else if t := u.rebuilt(typeAt(p)); t != nil {
		c = descriptor(t)
	}
	u.known[uintptr(p)] = c
	return c
}

// getitab returns the table of a type's methods for an interface: the one that
// all dynamic conversions use.
//
//go:linkname getitab runtime.getitab
func getitab(inter, typ unsafe.Pointer, canfail bool) unsafe.Pointer

// typeAt is the type with a descriptor.
func typeAt(p unsafe.Pointer) reflect.Type {
	var v any
	*(*[2]unsafe.Pointer)(unsafe.Pointer(&v)) = [2]unsafe.Pointer{p, nil}
	return reflect.TypeOf(v)
}

// descriptor is where a type's descriptor lies: reflect's own types are
// pointers to them.
func descriptor(t reflect.Type) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&t))[1]
}

// one is the canonical form of a type.
func (u *unifier) one(t reflect.Type) reflect.Type { return typeAt(u.canonical(descriptor(t), false)) }

// rebuilt is the type that reflect makes of the same parts, which is the one
// that it made earlier, if it did, or else the one that a program has; nil for
// types that it can't make.
func (u *unifier) rebuilt(t reflect.Type) (r reflect.Type) {
	if t.Name() != "" {
		return nil
	}
	defer func() {
		if recover() != nil {
			r = nil // unexported fields, too large arrays
		}
	}()
	switch t.Kind() {
	case reflect.Pointer:
		return reflect.PointerTo(u.one(t.Elem()))
	case reflect.Slice:
		return reflect.SliceOf(u.one(t.Elem()))
	case reflect.Array:
		return reflect.ArrayOf(t.Len(), u.one(t.Elem()))
	case reflect.Map:
		return reflect.MapOf(u.one(t.Key()), u.one(t.Elem()))
	case reflect.Chan:
		return reflect.ChanOf(t.ChanDir(), u.one(t.Elem()))
	case reflect.Func:
		in, out := make([]reflect.Type, t.NumIn()), make([]reflect.Type, t.NumOut())
		for i := range in {
			in[i] = u.one(t.In(i))
		}
		for i := range out {
			out[i] = u.one(t.Out(i))
		}
		return reflect.FuncOf(in, out, t.IsVariadic())
	case reflect.Struct:
		fields := make([]reflect.StructField, t.NumField())
		for i := range fields {
			fields[i] = t.Field(i)
			if fields[i].Anonymous || !fields[i].IsExported() {
				return nil
			}
			fields[i].Type = u.one(fields[i].Type)
		}
		return reflect.StructOf(fields)
	}
	return nil
}

package symbols

import (
	"bufio"
	"encoding"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"reflect"
)

// mapTypes is yaegi's MapTypes: it says which functions look for methods on
// arguments whose type does not ask for any, and which interfaces' wrappers
// have a richer form.
//
// The functions come with the interfaces they look for, most telling first;
// an interpreted argument is wrapped as the first that it implements.
// The wrappers come with their richer forms, those with most methods first.
//
// It is yaegi's own list with error, MarshalIndent, Append, the log functions
// that print, http.Flusher and io/fs added.
func mapTypes() map[reflect.Value][]reflect.Type {
	m := map[reflect.Value][]reflect.Type{}
	add := func(types []reflect.Type, keys ...any) {
		for _, k := range keys {
			m[reflect.ValueOf(k)] = types
		}
	}
	add([]reflect.Type{reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Stringer]()},
		fmt.Append, fmt.Appendf, fmt.Appendln, fmt.Errorf, fmt.Fprint, fmt.Fprintf, fmt.Fprintln,
		fmt.Print, fmt.Printf, fmt.Println, fmt.Sprint, fmt.Sprintf, fmt.Sprintln,
		log.Fatal, log.Fatalf, log.Fatalln, log.Panic, log.Panicf, log.Panicln, log.Print, log.Printf, log.Println)
	add([]reflect.Type{reflect.TypeFor[fmt.Scanner]()},
		fmt.Fscan, fmt.Fscanf, fmt.Fscanln, fmt.Scan, fmt.Scanf, fmt.Scanln, fmt.Sscan, fmt.Sscanf, fmt.Sscanln)
	add([]reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()},
		json.Marshal, json.MarshalIndent)
	add([]reflect.Type{reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()},
		json.Unmarshal)
	add([]reflect.Type{reflect.TypeFor[xml.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()},
		xml.Marshal, xml.MarshalIndent)
	add([]reflect.Type{reflect.TypeFor[xml.Unmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()},
		xml.Unmarshal)

	add([]reflect.Type{reflect.TypeFor[responseWriterFlusherHijacker](), reflect.TypeFor[responseWriterHijacker](), reflect.TypeFor[responseWriterFlusher]()},
		(*_net_http_ResponseWriter)(nil))
	add([]reflect.Type{reflect.TypeFor[readerWriterTo]()}, (*_io_Reader)(nil))
	add([]reflect.Type{reflect.TypeFor[writerReaderFromString](), reflect.TypeFor[writerReaderFrom](), reflect.TypeFor[writerString]()},
		(*_io_Writer)(nil))
	add([]reflect.Type{reflect.TypeFor[fsReadDirFile]()}, (*_io_fs_File)(nil))
	return m
}

// The richer wrappers. yaegi finds the methods by the names of the fields
// after the first; so methods are not promoted from the plain wrappers.

type responseWriterHijacker struct {
	IValue       any
	WHeader      func() http.Header
	WWrite       func([]byte) (int, error)
	WWriteHeader func(int)
	WHijack      any
}

func (w responseWriterHijacker) Header() http.Header         { return w.WHeader() }
func (w responseWriterHijacker) Write(p []byte) (int, error) { return w.WWrite(p) }
func (w responseWriterHijacker) WriteHeader(status int)      { w.WWriteHeader(status) }
func (w responseWriterHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return hijack(w.WHijack)
}

type responseWriterFlusher struct {
	IValue       any
	WHeader      func() http.Header
	WWrite       func([]byte) (int, error)
	WWriteHeader func(int)
	WFlush       any
}

func (w responseWriterFlusher) Header() http.Header         { return w.WHeader() }
func (w responseWriterFlusher) Write(p []byte) (int, error) { return w.WWrite(p) }
func (w responseWriterFlusher) WriteHeader(status int)      { w.WWriteHeader(status) }
func (w responseWriterFlusher) Flush()                      { flush(w.WFlush) }

type responseWriterFlusherHijacker struct {
	IValue       any
	WHeader      func() http.Header
	WWrite       func([]byte) (int, error)
	WWriteHeader func(int)
	WFlush       any
	WHijack      any
}

func (w responseWriterFlusherHijacker) Header() http.Header         { return w.WHeader() }
func (w responseWriterFlusherHijacker) Write(p []byte) (int, error) { return w.WWrite(p) }
func (w responseWriterFlusherHijacker) WriteHeader(status int)      { w.WWriteHeader(status) }
func (w responseWriterFlusherHijacker) Flush()                      { flush(w.WFlush) }
func (w responseWriterFlusherHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return hijack(w.WHijack)
}

func flush(method any) {
	if f, ok := method.(func()); ok {
		f()
	}
}

func hijack(method any) (net.Conn, *bufio.ReadWriter, error) {
	if f, ok := method.(func() (net.Conn, *bufio.ReadWriter, error)); ok {
		return f()
	}
	return nil, nil, http.ErrNotSupported
}

type readerWriterTo struct {
	IValue   any
	WRead    func([]byte) (int, error)
	WWriteTo any
}

func (r readerWriterTo) Read(p []byte) (int, error) { return r.WRead(p) }
func (r readerWriterTo) WriteTo(w io.Writer) (int64, error) {
	if f, ok := r.WWriteTo.(func(io.Writer) (int64, error)); ok {
		return f(w)
	}
	return io.Copy(w, struct{ io.Reader }{r})
}

type writerReaderFrom struct {
	IValue    any
	WWrite    func([]byte) (int, error)
	WReadFrom any
}

func (w writerReaderFrom) Write(p []byte) (int, error)         { return w.WWrite(p) }
func (w writerReaderFrom) ReadFrom(r io.Reader) (int64, error) { return readFrom(w.WReadFrom, w, r) }

type writerString struct {
	IValue       any
	WWrite       func([]byte) (int, error)
	WWriteString any
}

func (w writerString) Write(p []byte) (int, error)       { return w.WWrite(p) }
func (w writerString) WriteString(s string) (int, error) { return writeString(w.WWriteString, w, s) }

type writerReaderFromString struct {
	IValue       any
	WWrite       func([]byte) (int, error)
	WReadFrom    any
	WWriteString any
}

func (w writerReaderFromString) Write(p []byte) (int, error) { return w.WWrite(p) }
func (w writerReaderFromString) ReadFrom(r io.Reader) (int64, error) {
	return readFrom(w.WReadFrom, w, r)
}
func (w writerReaderFromString) WriteString(s string) (int, error) {
	return writeString(w.WWriteString, w, s)
}

func readFrom(method any, w io.Writer, r io.Reader) (int64, error) {
	if f, ok := method.(func(io.Reader) (int64, error)); ok {
		return f(r)
	}
	return io.Copy(struct{ io.Writer }{w}, r)
}

func writeString(method any, w io.Writer, s string) (int, error) {
	if f, ok := method.(func(string) (int, error)); ok {
		return f(s)
	}
	return w.Write([]byte(s))
}

type fsReadDirFile struct {
	IValue   any
	WStat    func() (fs.FileInfo, error)
	WRead    func([]byte) (int, error)
	WClose   func() error
	WReadDir any
}

func (f fsReadDirFile) Stat() (fs.FileInfo, error) { return f.WStat() }
func (f fsReadDirFile) Read(p []byte) (int, error) { return f.WRead(p) }
func (f fsReadDirFile) Close() error               { return f.WClose() }
func (f fsReadDirFile) ReadDir(n int) ([]fs.DirEntry, error) {
	if m, ok := f.WReadDir.(func(int) ([]fs.DirEntry, error)); ok {
		return m(n)
	}
	return nil, &fs.PathError{Op: "readdir", Path: ".", Err: errors.ErrUnsupported}
}

package proc

import (
	"bufio"
	"crypto/subtle"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
)

// A server is the other side of a Manager. It keeps values as they came, in
// bytes: it need not know their types.
type server struct {
	key     string
	mu      sync.Mutex
	objects []any // *list, *dict, *value
}

type (
	list struct{ items []string }
	dict struct {
		keys   []string
		values map[string]string
	}
	value struct{ item string }
)

// manage is the life of a manager's process: it ends when the parent hangs up.
func manage(l *link) error {
	at, key := os.Getenv(environment+"_AT"), os.Getenv(environment+"_KEY")
	os.Unsetenv(environment + "_AT")
	os.Unsetenv(environment + "_KEY")
	listener, err := net.Listen("unix", at)
	if err != nil {
		return err
	}
	s := &server{key: key}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	if l.write(begin(nil, frameHello)) == nil {
		l.read() // returns when the parent hangs up
	}
	return listener.Close()
}

// serve answers one connection until it ends or breaks the protocol.
func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	kind, body, err := readFrame(in, nil)
	if err != nil || kind != frameHello || subtle.ConstantTimeCompare(body, []byte(s.key)) != 1 {
		return
	}
	for {
		op, body, err := readFrame(in, body)
		if err != nil {
			return
		}
		p := parser{b: body}
		object := int(p.uint64())
		var args []string
		for len(p.b) > 0 {
			args = append(args, p.string())
		}
		if p.err != nil {
			return
		}
		answer, err := s.do(op, object, args)
		frame := begin(nil, answerValues)
		if err != nil {
			frame = append(begin(nil, answerError), err.Error()...)
		}
		for _, a := range answer {
			frame = appendString(frame, a)
		}
		if writeFrame(conn, frame) != nil {
			return
		}
	}
}

// do does a request.
func (s *server) do(op byte, object int, args []string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case op == opMakeList:
		return s.add(&list{args})
	case op == opMakeDict:
		return s.add(&dict{values: make(map[string]string)})
	case op == opMakeValue && len(args) == 1:
		return s.add(&value{args[0]})
	case object < 0 || object >= len(s.objects):
		return nil, fmt.Errorf("no object %d", object)
	}
	switch o := s.objects[object].(type) {
	case *list:
		return o.do(op, args)
	case *dict:
		return o.do(op, args)
	case *value:
		switch {
		case op == opValueGet:
			return []string{o.item}, nil
		case op == opValueSet && len(args) == 1:
			o.item = args[0]
			return nil, nil
		}
	}
	return nil, errRequest
}

var errRequest = fmt.Errorf("a request that makes no sense")

func (s *server) add(o any) ([]string, error) {
	s.objects = append(s.objects, o)
	return whole(len(s.objects) - 1), nil
}

// whole is a number as an answer.
func whole(n int) []string {
	b, _ := appendAny(nil, n) // of an int: no error
	return []string{string(b)}
}

// index returns the place that an argument names.
func (l *list) index(args []string) (int, error) {
	if len(args) == 0 {
		return 0, errRequest
	}
	v, _ := parseAny([]byte(args[0]))
	i, ok := v.(int)
	if !ok {
		return 0, errRequest
	}
	at := i
	if at < 0 {
		at += len(l.items)
	}
	if at < 0 || at >= len(l.items) {
		return 0, fmt.Errorf("index %d of a list with %d items", i, len(l.items))
	}
	return at, nil
}

func (l *list) do(op byte, args []string) ([]string, error) {
	switch op {
	case opListAppend:
		l.items = append(l.items, args...)
		return nil, nil
	case opListLen:
		return whole(len(l.items)), nil
	case opListAll:
		return slices.Clone(l.items), nil
	case opListPop:
		n := len(l.items)
		if n == 0 {
			return nil, fmt.Errorf("pop from an empty list")
		}
		last := l.items[n-1]
		l.items = l.items[:n-1]
		return []string{last}, nil
	case opListGet, opListSet:
		i, err := l.index(args)
		switch {
		case err != nil:
			return nil, err
		case op == opListGet:
			return []string{l.items[i]}, nil
		case len(args) == 2:
			l.items[i] = args[1]
			return nil, nil
		}
	}
	return nil, errRequest
}

func (d *dict) do(op byte, args []string) ([]string, error) {
	if len(args) > 0 {
		item, ok := d.values[args[0]]
		switch {
		case op == opDictLen: // with a key: is it there?
			return whole(int(flag(ok))), nil
		case op == opDictSet && len(args) == 2:
			if !ok {
				d.keys = append(d.keys, args[0])
			}
			d.values[args[0]] = args[1]
			return nil, nil
		case !ok:
			key, _ := parseAny([]byte(args[0]))
			return nil, fmt.Errorf("no key %#v in the dict", key)
		case op == opDictGet:
			return []string{item}, nil
		case op == opDictDelete:
			delete(d.values, args[0])
			d.keys = slices.DeleteFunc(d.keys, func(k string) bool { return k == args[0] })
			return nil, nil
		}
		return nil, errRequest
	}
	switch op {
	case opDictLen:
		return whole(len(d.keys)), nil
	case opDictKeys:
		return slices.Clone(d.keys), nil
	case opDictAll:
		var all []string
		for _, k := range d.keys {
			all = append(all, k, d.values[k])
		}
		return all, nil
	}
	return nil, errRequest
}

package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Scheme is the only signature scheme there is.
const Scheme = "hmac-sha256"

// A Codec makes and reads the messages of one process: it holds the key of
// the connection and numbers the messages. Its methods may be called from any
// goroutine.
type Codec struct {
	session string // random, the same for all messages of the process
	fixed   string // what follows the date in each header
	count   atomic.Uint64
	signed  bool
	macs    sync.Pool // of hash.Hash keyed with the connection's key
}

// NewCodec returns a codec that signs and checks with key. An empty key means
// neither; then the scheme may be empty too. The error names a scheme other
// than Scheme.
func NewCodec(scheme, key string) (*Codec, error) {
	if scheme != Scheme && (scheme != "" || key != "") {
		return nil, fmt.Errorf("signature scheme %q: only %s is supported", scheme, Scheme)
	}
	var id [16]byte
	rand.Read(id[:]) // never fails, see crypto/rand
	c := &Codec{session: hex.EncodeToString(id[:]), signed: key != ""}
	c.fixed = `","username":"kernel","session":"` + c.session + `","version":"` + ProtocolVersion + `"}`
	k := []byte(key)
	c.macs.New = func() any { return hmac.New(sha256.New, k) }
	return c, nil
}

// Session is the random id of this process that its headers carry.
func (c *Codec) Session() string { return c.session }

// NewID returns a message id that no other message of any process has.
func (c *Codec) NewID() string {
	return string(c.appendID(make([]byte, 0, 48)))
}

func (c *Codec) appendID(b []byte) []byte {
	b = append(b, c.session...)
	b = append(b, '-')
	return strconv.AppendUint(b, c.count.Add(1), 10)
}

// Errors of Decode, all about messages to be dropped.
var (
	errNoDelimiter = errors.New("no " + delimiter + " frame")
	errSignature   = errors.New("wrong signature")
	errNoType      = errors.New("header without msg_type")
	errNoID        = errors.New("header without msg_id")
)

// Decode reads the frames of a message: routing identities, delimiter,
// signature, header, parent header, metadata, content, buffers. It checks the
// number of frames, the size, the signature (in constant time) and the
// header; metadata and content are left to their readers. Identities and
// header are copied, so that keeping a request's parent does not keep its
// content. Every error is one line and means: drop the message.
func (c *Codec) Decode(frames [][]byte) (*Message, error) {
	at, size := -1, 0
	for i, f := range frames {
		size += len(f)
		if at < 0 && string(f) == delimiter {
			at = i
		}
	}
	if size > MaxMessage {
		return nil, fmt.Errorf("message of %d bytes, limit %d", size, MaxMessage)
	}
	if at < 0 {
		return nil, errNoDelimiter
	}
	rest := frames[at+1:]
	if len(rest) < 5 {
		return nil, fmt.Errorf("%d frames after the delimiter, want at least 5", len(rest))
	}
	if c.signed {
		var want [2 * sha256.Size]byte
		c.sign(want[:0], rest[1:5])
		if !hmac.Equal(want[:], rest[0]) {
			return nil, errSignature
		}
	}
	m := &Message{Parent: rest[2], Metadata: rest[3], Content: rest[4], Buffers: rest[5:]}
	if len(rest[1]) > maxHeader {
		return nil, fmt.Errorf("header of %d bytes, limit %d", len(rest[1]), maxHeader)
	}
	m.RawHeader = bytes.Clone(rest[1])
	if !utf8.Valid(m.RawHeader) {
		m.RawHeader = bytes.ToValidUTF8(m.RawHeader, []byte("\uFFFD"))
	}
	if err := readHeader(m.RawHeader, &m.Header); err != nil {
		return nil, err
	}
	for _, id := range frames[:at] {
		m.Identities = append(m.Identities, bytes.Clone(id))
	}
	return m, nil
}

// readHeader fills h. Only the two members that a kernel needs must be
// strings; others of a wrong type are left empty.
func readHeader(raw []byte, h *Header) error {
	err := json.Unmarshal(raw, h)
	var wrong *json.UnmarshalTypeError
	switch {
	case err != nil && !errors.As(err, &wrong):
		return fmt.Errorf("header: %w", err)
	case err != nil && wrong.Field == "":
		return fmt.Errorf("header is %s, want an object", wrong.Value)
	case h.MsgType == "":
		return errNoType
	case h.MsgID == "":
		return errNoID
	}
	return nil
}

// sign appends the signature of parts to dst, in hexadecimal.
func (c *Codec) sign(dst []byte, parts [][]byte) []byte {
	mac := c.macs.Get().(hash.Hash)
	mac.Reset()
	for _, p := range parts {
		mac.Write(p)
	}
	var sum [sha256.Size]byte
	dst = hex.AppendEncode(dst, mac.Sum(sum[:0]))
	c.macs.Put(mac)
	return dst
}

// An Outgoing is a message to be sent.
type Outgoing struct {
	Identities [][]byte // routing frames of the request, or the topic of a published message
	Type       string   // msg_type: ASCII without quotes
	ID         string   // from NewID; "" for one that Encode makes
	Parent     []byte   // RawHeader of the request; nil for none
	Metadata   []byte   // a JSON object; nil for none
	Content    []byte   // a JSON object; nil for an empty one
	Buffers    [][]byte
}

var emptyObject = []byte("{}")

// Encode returns the frames of m, dated now and signed. They share the slices
// of m and nothing else, so a socket may keep them. Without content of note it
// takes about a microsecond.
func (c *Codec) Encode(m *Outgoing) [][]byte {
	const sig = 2 * sha256.Size
	buf := make([]byte, sig, sig+288+len(m.ID))
	head := append(buf[sig:], `{"msg_id":"`...)
	if m.ID != "" {
		head = append(head, m.ID...)
	} else {
		head = c.appendID(head)
	}
	head = append(head, `","msg_type":"`...)
	head = append(head, m.Type...)
	head = append(head, `","date":"`...)
	head = AppendTime(head, time.Now())
	head = append(head, c.fixed...)

	frames := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, []byte(delimiter), nil, head, or(m.Parent), or(m.Metadata), or(m.Content))
	n := len(frames)
	if c.signed {
		frames[n-5] = c.sign(buf[:0:sig], frames[n-4:])
	} else {
		frames[n-5] = []byte{}
	}
	return append(frames, m.Buffers...)
}

func or(object []byte) []byte {
	if object == nil {
		return emptyObject
	}
	return object
}

// AppendTime appends t as headers show it: ISO 8601, UTC, microseconds.
func AppendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
}

// Welcome returns the frames of iopub_welcome, which a publisher sends to a
// client as soon as it has subscribed to subscription (JEP 65): the client
// then knows that it misses nothing. The first frame is the subscription, so
// that exactly the subscribers of this topic get it.
func (c *Codec) Welcome(subscription []byte) [][]byte {
	content := append([]byte(`{"subscription":`), AppendString(nil, string(subscription))...)
	return c.Encode(&Outgoing{
		Identities: [][]byte{bytes.Clone(subscription)},
		Type:       "iopub_welcome",
		Content:    append(content, '}'),
	})
}

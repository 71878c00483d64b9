package lower

import (
	"strings"
	"testing"
)

// TestIdentity runs the probes about what becomes of a cell's own types where
// they meet interfaces, package fmt, reflection and comparison: each is right
// or refused.
func TestIdentity(t *testing.T) {
	want := goOutput(t, identity)
	for _, p := range identity {
		t.Run(p.name, func(t *testing.T) {
			nb := newNotebook()
			got, err := nb.run(p.decls + "\n\n" + p.body + "\n;")
			switch {
			case err != nil && strings.Contains(err.Error(), "in interpreted cells"):
				if !refusedOnes[p.name] {
					t.Errorf("refused: %v", err)
				}
			case err != nil:
				t.Errorf("%v\n%s", err, nb.all())
			case got != want[p.name]:
				t.Errorf("got  %q\nwant %q\n%s", got, want[p.name], nb.all())
			case refusedOnes[p.name]:
				t.Error("it is right: take it off the list of the refused")
			}
		})
	}
}

var identity = []probe{
	{name: "i println struct", decls: "type iaP struct{ X, Y int }", body: "p := iaP{1, 2}\nfmt.Println(p, &p, []iaP{p}, map[string]iaP{\"a\": p})\nfmt.Printf(\"%v %+v %d\\n\", p, p, p)"},
	{name: "i println unexported", decls: "type ibP struct{ x, y int }", body: "p := ibP{1, 2}\nfmt.Println(p, &p, []ibP{p})\nfmt.Printf(\"%v|%d\\n\", p, p)"},
	{name: "i plus v unexported", decls: "type icP struct{ x, y int }", body: "fmt.Printf(\"%+v\\n\", icP{1, 2})"},
	{name: "i plus v anonymous", body: "p := struct{ x int; Y string }{1, \"a\"}\nfmt.Printf(\"%v\\n\", p)\nfmt.Printf(\"%+v\\n\", p)"},
	{name: "i sharp v", decls: "type idP struct{ X int }", body: "fmt.Printf(\"%#v\\n\", idP{1})"},
	{name: "i sharp v anonymous", body: "fmt.Printf(\"%#v %#v\\n\", struct{ X int }{1}, []int{1})"},
	{name: "i type verb", decls: "type ieP struct{ X int }", body: "fmt.Printf(\"%T\\n\", ieP{1})"},
	{name: "i type verb slice", decls: "type ifP int", body: "fmt.Printf(\"%T\\n\", []ifP{1})"},
	{name: "i type verb builtin", body: "fmt.Printf(\"%T %T %T %T\\n\", 1, \"a\", []int{1}, map[string]bool{})"},
	{name: "i type verb func", decls: "type igF func(int) int", body: "fmt.Printf(\"%T\\n\", igF(nil))"},
	{name: "i type verb error", body: "fmt.Printf(\"%T\\n\", errors.New(\"a\"))"},
	{name: "i println named int", decls: "type ihN int", body: "fmt.Println(ihN(3), []ihN{1, 2}, map[ihN]string{1: \"a\"})\nfmt.Printf(\"%d %v %x\\n\", ihN(3), ihN(4), ihN(255))"},
	{name: "i stringer top", decls: "type iiN int\nfunc (n iiN) String() string { return \"N\" + strconv.Itoa(int(n)) }", body: "fmt.Println(iiN(3), iiN(4))\nfmt.Printf(\"%v %s %d\\n\", iiN(3), iiN(4), iiN(5))\nfmt.Print(fmt.Sprint(iiN(1)), \"\\n\")"},
	{name: "i stringer pointer", decls: "type ijN struct{ n int }\nfunc (n *ijN) String() string { return \"N\" + strconv.Itoa(n.n) }", body: "v := ijN{3}\nfmt.Println(&v, v)"},
	{name: "i stringer struct", decls: "type ikN struct{ n int }\nfunc (n ikN) String() string { return \"N\" + strconv.Itoa(n.n) }", body: "v := ikN{3}\nfmt.Println(v, &v)\nfmt.Printf(\"%v %s %+v\\n\", v, v, v)"},
	{name: "i stringer variable", decls: "type ilN struct{ n int }\nfunc (n ilN) String() string { return \"N\" + strconv.Itoa(n.n) }", body: "var s fmt.Stringer = ilN{4}\nfmt.Println(s)\nfmt.Println(s.String())\nss := []fmt.Stringer{ilN{1}, ilN{2}}\nfmt.Println(ss)\nfor _, x := range ss { fmt.Println(x) }"},
	{name: "i stringer nested slice", decls: "type imN int\nfunc (n imN) String() string { return \"N\" }", body: "fmt.Println([]imN{1, 2})"},
	{name: "i stringer nested field", decls: "type inN int\nfunc (n inN) String() string { return \"N\" }\ntype inS struct{ A inN; b inN }", body: "fmt.Println(inS{1, 2})"},
	{name: "i stringer unexported field", decls: "type ioN int\nfunc (n ioN) String() string { return \"N\" }\ntype ioS struct{ b ioN }", body: "fmt.Println(ioS{2})"},
	{name: "i stringer map", decls: "type ipN int\nfunc (n ipN) String() string { return \"N\" }", body: "fmt.Println(map[string]ipN{\"a\": 1})"},
	{name: "i stringer any", decls: "type iqN int\nfunc (n iqN) String() string { return \"N\" }", body: "var v any = iqN(1)\nfmt.Println(v)"},
	{name: "i any struct print", decls: "type irP struct{ X int }", body: "var v any = irP{1}\nfmt.Println(v)\nvs := []any{irP{1}, 2, \"a\"}\nfmt.Println(vs...)\nfmt.Println(vs)"},
	{name: "i any named int", decls: "type isA int", body: "var v any = isA(3)\n_, ok := v.(int)\nfmt.Print(ok)"},
	{name: "i any named switch", decls: "type itA string", body: "var v any = itA(\"s\")\nswitch v.(type) { case string: fmt.Print(\"string\"); case itA: fmt.Print(\"itA\"); default: fmt.Print(\"other\") }"},
	{name: "i any equal", decls: "type iuA int", body: "fmt.Print(any(iuA(3)) == any(3))"},
	{name: "i any equal struct", decls: "type ivA struct{ X int }\ntype ivB struct{ X int }", body: "var a, b any = ivA{1}, ivB{1}\nfmt.Print(a == b)"},
	{name: "i any equal same", decls: "type iwA struct{ X int }", body: "var a, b any = iwA{1}, iwA{1}\nfmt.Print(a == b, a != b)"},
	{name: "i any equal methods", decls: "type ixA struct{ X int }\nfunc (ixA) M() {}", body: "var a, b any = ixA{1}, ixA{1}\nfmt.Print(a == b, a != b)"},
	{name: "i any key", decls: "type iyA struct{ X int }", body: "m := map[any]int{iyA{1}: 5, 1: 6}\nfmt.Print(m[iyA{1}], m[1], m[\"a\"])"},
	{name: "i any key int", decls: "type izA int", body: "m := map[any]int{izA(1): 5, 1: 6}\nfmt.Print(m[izA(1)], m[1], len(m))"},
	{name: "i error value", decls: "type jaE struct{ c int }\nfunc (e jaE) Error() string { return fmt.Sprint(\"E\", e.c) }\nfunc jaF(n int) error { if n > 0 { return jaE{n} }; return nil }", body: "fmt.Println(jaF(0), jaF(1), jaF(0) == nil, jaF(1) != nil)\nerr := jaF(2)\nfmt.Printf(\"%v %s\\n\", err, err)\nfmt.Println(err.Error())"},
	{name: "i error pointer", decls: "type jbE struct{ c int }\nfunc (e *jbE) Error() string { return fmt.Sprint(\"E\", e.c) }\nfunc jbF(n int) error { if n > 0 { return &jbE{n} }; return nil }", body: "fmt.Println(jbF(0), jbF(1), jbF(0) == nil, jbF(1) != nil)\nerr := jbF(2)\nif e, ok := err.(*jbE); ok { fmt.Println(e.c) }\nswitch e := err.(type) { case nil: fmt.Println(\"nil\"); case *jbE: fmt.Println(e.c); default: fmt.Println(\"other\") }"},
	{name: "i error typed nil", decls: "type jcE struct{}\nfunc (*jcE) Error() string { return \"x\" }\nfunc jcF() error { var e *jcE; return e }", body: "fmt.Print(jcF() == nil)"},
	{name: "i std typed nil", body: "var p *bytes.Buffer\nvar w io.Writer = p\nfmt.Print(w == nil)\nvar a any = p\nfmt.Print(a == nil)\nvar q *int\na = q\nfmt.Print(a == nil)"},
	{name: "i any typed nil", decls: "type jdT struct{ x int }", body: "var p *jdT\nvar a any = p\nfmt.Print(a == nil)"},
	{name: "i own iface typed nil", decls: "type jeI interface{ M() int }\ntype jeT struct{ x int }\nfunc (t *jeT) M() int { if t == nil { return -1 }; return t.x }", body: "var p *jeT\nvar i jeI = p\nfmt.Print(i == nil, i.M())"},
	{name: "i errors is", decls: "type jfE struct{ c int }\nfunc (e jfE) Error() string { return \"E\" }\nvar jfS = errors.New(\"s\")", body: "err := fmt.Errorf(\"w: %w\", jfS)\nfmt.Print(errors.Is(err, jfS), err)\ne2 := fmt.Errorf(\"w: %w\", jfE{1})\nfmt.Print(errors.Is(e2, jfE{1}), e2)"},
	{name: "i errors is pointer", decls: "type jgE struct{ c int }\nfunc (e *jgE) Error() string { return \"E\" }\nvar jgS = &jgE{1}\nfunc jgF() error { return jgS }", body: "fmt.Print(errors.Is(jgF(), jgS), jgF() == error(jgS))"},
	{name: "i errors as", decls: "type jhE struct{ c int }\nfunc (e *jhE) Error() string { return \"E\" }\nfunc jhF() error { return fmt.Errorf(\"w %w\", &jhE{4}) }", body: "var t *jhE\nfmt.Print(errors.As(jhF(), &t))\nif t != nil { fmt.Print(t.c) }"},
	{name: "i errors as direct", decls: "type jiE struct{ c int }\nfunc (e *jiE) Error() string { return \"E\" }\nfunc jiF() error { return &jiE{4} }", body: "var t *jiE\nfmt.Print(errors.As(jiF(), &t))\nif t != nil { fmt.Print(t.c) }"},
	{name: "i unwrap method", decls: "type jjE struct{ err error }\nfunc (e jjE) Error() string { return \"E\" }\nfunc (e jjE) Unwrap() error { return e.err }", body: "fmt.Print(errors.Is(jjE{io.EOF}, io.EOF), errors.Unwrap(jjE{io.EOF}) == io.EOF)"},
	{name: "i is method", decls: "type jkE struct{}\nfunc (e jkE) Error() string { return \"E\" }\nfunc (e jkE) Is(target error) bool { return target == io.EOF }", body: "fmt.Print(errors.Is(jkE{}, io.EOF))"},
	{name: "i error equal", decls: "type jlE int\nfunc (e jlE) Error() string { return \"E\" }", body: "var a, b error = jlE(1), jlE(1)\nfmt.Print(a == b, a == jlE(1), a == error(jlE(2)))"},
	{name: "i error equal std", body: "var a error = io.EOF\nfmt.Print(a == io.EOF, a != io.ErrUnexpectedEOF, errors.Is(a, io.EOF))"},
	{name: "i json plain", decls: "type jmP struct { A int `json:\"a\"`; B []string; C map[string]int `json:\",omitempty\"` }", body: "b, err := json.Marshal(jmP{1, []string{\"x\"}, nil})\nfmt.Println(string(b), err)\nvar p jmP\nerr = json.Unmarshal([]byte(`{\"a\":5,\"B\":[\"q\"]}`), &p)\nfmt.Println(p, err)"},
	{name: "i json unexported", decls: "type jnP struct { A int; b int }", body: "b, err := json.Marshal(jnP{1, 2})\nfmt.Println(string(b), err)"},
	{name: "i json methods", decls: "type joP struct { A int }\nfunc (p joP) MarshalJSON() ([]byte, error) { return []byte(`\"m\"`), nil }", body: "b, err := json.Marshal(joP{1})\nfmt.Println(string(b), err)\nb, err = json.Marshal([]joP{{1}})\nfmt.Println(string(b), err)"},
	{name: "i json text", decls: "type jpP int\nfunc (p jpP) MarshalText() ([]byte, error) { return []byte(\"t\"), nil }", body: "b, err := json.Marshal(map[string]jpP{\"a\": 1})\nfmt.Println(string(b), err)"},
	{name: "i json any", body: "b, err := json.Marshal(map[string]any{\"a\": 1, \"b\": []int{1}})\nfmt.Println(string(b), err)\nvar v any\nfmt.Println(json.Unmarshal([]byte(`{\"a\":[1,\"b\"]}`), &v), v)"},
	{name: "i json nested", decls: "type jqI struct{ N int }\ntype jqP struct { In jqI; Ps []*jqI }", body: "b, err := json.Marshal(jqP{jqI{1}, []*jqI{{2}}})\nfmt.Println(string(b), err)"},
	{name: "i reflect name", decls: "type jrP struct { A int }", body: "t := reflect.TypeOf(jrP{})\nfmt.Println(t.Name(), t.Kind(), t.NumField())"},
	{name: "i reflect builtin", body: "t := reflect.TypeOf(map[string]int{})\nfmt.Println(t, t.Kind(), reflect.ValueOf(3).Int(), reflect.DeepEqual([]int{1}, []int{1}))"},
	{name: "i deep equal own", decls: "type jsP struct { A []int }", body: "fmt.Println(reflect.DeepEqual(jsP{[]int{1}}, jsP{[]int{1}}), reflect.DeepEqual([]jsP{{nil}}, []jsP{{[]int{1}}}))"},
	{name: "i deep equal kinds", decls: "type jtA int", body: "fmt.Println(reflect.DeepEqual(jtA(1), 1))"},
	{name: "i own iface print", decls: "type juI interface{ M() int }\ntype juT struct{ x int }\nfunc (t juT) M() int { return t.x }", body: "var i juI = juT{1}\nfmt.Println(i)"},
	{name: "i own iface slice print", decls: "type jvI interface{ M() int }\ntype jvT struct{ x int }\nfunc (t jvT) M() int { return t.x }", body: "fmt.Println([]jvI{jvT{1}})"},
	{name: "i own iface field print", decls: "type jwI interface{ M() int }\ntype jwT struct{ x int }\nfunc (t jwT) M() int { return t.x }\ntype jwS struct{ I jwI }", body: "fmt.Println(jwS{jwT{1}})"},
	{name: "i own iface stringer", decls: "type jxI interface{ String() string }\ntype jxT struct{ x int }\nfunc (t jxT) String() string { return \"T\" }", body: "var i jxI = jxT{1}\nfmt.Println(i, i.String())\nfmt.Printf(\"%v %s\\n\", i, i)"},
	{name: "i own iface to any", decls: "type jyI interface{ M() int }\ntype jyT struct{ x int }\nfunc (t jyT) M() int { return t.x }", body: "var i jyI = jyT{1}\nvar a any = i\n_, ok := a.(jyT)\n_, ok2 := a.(jyI)\nfmt.Print(ok, ok2)"},
	{name: "i own iface to error", decls: "type jzI interface{ error; Code() int }\ntype jzT struct{ x int }\nfunc (t *jzT) Error() string { return \"T\" }\nfunc (t *jzT) Code() int { return t.x }", body: "var i jzI = &jzT{1}\nvar e error = i\nfmt.Print(e, e.Error())\nif c, ok := e.(jzI); ok { fmt.Print(c.Code()) }\nif c, ok := e.(interface{ Code() int }); ok { fmt.Print(c.Code()) }"},
	{name: "i anonymous interface", decls: "type kaT struct{ x int }\nfunc (t kaT) M() int { return t.x }\nfunc kaF(v any) int { if m, ok := v.(interface{ M() int }); ok { return m.M() }; return -1 }", body: "fmt.Print(kaF(kaT{3}), kaF(1))"},
	{name: "i io writer", decls: "type kbW struct{ n int }\nfunc (w *kbW) Write(p []byte) (int, error) { w.n += len(p); return len(p), nil }", body: "w := &kbW{}\nfmt.Fprintf(w, \"abc %d\", 5)\nn, err := io.Copy(w, strings.NewReader(\"hello\"))\nfmt.Print(w.n, n, err)"},
	{name: "i io reader", decls: "type kcR struct{ s string }\nfunc (r *kcR) Read(p []byte) (int, error) { if r.s == \"\" { return 0, io.EOF }; n := copy(p, r.s); r.s = r.s[n:]; return n, nil }", body: "b, err := io.ReadAll(&kcR{\"hello\"})\nfmt.Print(string(b), err)"},
	{name: "i panic own error", decls: "type kdE struct{ c int }\nfunc (e kdE) Error() string { return \"E\" }", body: "func() { defer func() { r := recover(); e, ok := r.(error); fmt.Print(r, ok); if ok { fmt.Print(e.Error()) } }(); panic(kdE{1}) }()"},
	{name: "i panic own int", decls: "type keE int", body: "func() { defer func() { r := recover(); _, ok := r.(int); fmt.Print(r, ok) }(); panic(keE(1)) }()"},
	{name: "i sync map", decls: "type kfT struct{ X int }", body: "var m sync.Map\nm.Store(\"a\", kfT{1})\nv, ok := m.Load(\"a\")\nfmt.Print(v.(kfT).X, ok)"},
	{name: "i atomic value", decls: "type kgT struct{ X int }", body: "var v atomic.Value\nv.Store(kgT{1})\nfmt.Print(v.Load().(kgT).X)"},
	{name: "i context value", decls: "type khK struct{}\ntype khJ struct{}", body: "ctx := context.WithValue(context.Background(), khK{}, 5)\nfmt.Print(ctx.Value(khK{}), ctx.Value(khJ{}))"},
	{name: "i context key int", decls: "type kiK int", body: "ctx := context.WithValue(context.Background(), kiK(1), 5)\nfmt.Print(ctx.Value(kiK(1)), ctx.Value(1))"},
	{name: "i chan any", decls: "type kjT struct{ X int }\nfunc (t kjT) M() int { return t.X }", body: "c := make(chan any, 2)\nc <- kjT{1}\nc <- 5\nfor range 2 { switch v := (<-c).(type) { case int: fmt.Print(v); case kjT: fmt.Print(\"T\", v.X) } }"},
	{name: "i method on embedded print", decls: "type kkA struct{ X int }\nfunc (a kkA) String() string { return \"A\" }\ntype kkB struct { kkA; Y int }", body: "fmt.Println(kkB{kkA{1}, 2})"},
	{name: "i embedded iface", decls: "type klA interface{ M() int }\ntype klB struct { klA; Y int }\ntype klC struct{ n int }\nfunc (c klC) M() int { return c.n }", body: "b := klB{klC{4}, 2}\nfmt.Print(b.M(), b.Y)\nvar i klA = b\nfmt.Print(i.M())"},
	{name: "i format method", decls: "type kmA struct{ X int }\nfunc (a kmA) Format(s fmt.State, v rune) { fmt.Fprint(s, \"F\", string(v)) }", body: "fmt.Printf(\"%v %d\\n\", kmA{1}, kmA{2})\nfmt.Println(kmA{3})"},
	{name: "i gostring", decls: "type knA struct{ X int }\nfunc (a knA) GoString() string { return \"G\" }", body: "fmt.Printf(\"%#v\\n\", knA{1})"},
	{name: "i heap", decls: "type koH []int\nfunc (h koH) Len() int { return len(h) }\nfunc (h koH) Less(i, j int) bool { return h[i] < h[j] }\nfunc (h koH) Swap(i, j int) { h[i], h[j] = h[j], h[i] }\nfunc (h *koH) Push(x any) { *h = append(*h, x.(int)) }\nfunc (h *koH) Pop() any { o := *h; n := len(o); x := o[n-1]; *h = o[:n-1]; return x }", body: "h := &koH{5, 2, 8}\nheap.Init(h)\nheap.Push(h, 3)\nfor h.Len() > 0 { fmt.Print(heap.Pop(h), \" \") }"},
	{name: "i heap items", decls: "type kpI struct { p int; s string }\ntype kpH []*kpI\nfunc (h kpH) Len() int { return len(h) }\nfunc (h kpH) Less(i, j int) bool { return h[i].p < h[j].p }\nfunc (h kpH) Swap(i, j int) { h[i], h[j] = h[j], h[i] }\nfunc (h *kpH) Push(x any) { *h = append(*h, x.(*kpI)) }\nfunc (h *kpH) Pop() any { o := *h; n := len(o); x := o[n-1]; *h = o[:n-1]; return x }", body: "h := &kpH{}\nheap.Push(h, &kpI{5, \"a\"})\nheap.Push(h, &kpI{2, \"b\"})\nfor h.Len() > 0 { fmt.Print(heap.Pop(h).(*kpI).s) }"},
	{name: "i list", decls: "type kqT struct{ X int }", body: "l := list.New()\nl.PushBack(kqT{1})\nl.PushBack(&kqT{2})\nfor e := l.Front(); e != nil; e = e.Next() { switch v := e.Value.(type) { case kqT: fmt.Print(v.X); case *kqT: fmt.Print(\"p\", v.X) } }"},
	{name: "i sort slice own", decls: "type krT struct{ n string; a int }", body: "ts := []krT{{\"b\", 2}, {\"a\", 1}}\nsort.Slice(ts, func(i, j int) bool { return ts[i].a < ts[j].a })\nfmt.Print(ts)"},
	{name: "i log print", decls: "type ksT struct{ X int }", body: "var b bytes.Buffer\nl := log.New(&b, \"\", 0)\nl.Println(ksT{1}, 2)\nl.Printf(\"%v\", ksT{2})\nfmt.Print(b.String())"},
	{name: "i time month", body: "fmt.Print(time.March, time.Duration(1500)*time.Millisecond, []time.Duration{1}, map[string]time.Month{\"a\": 1})"},
	{name: "i own time", decls: "type ktD time.Duration\ntype ktE struct { time.Duration }", body: "fmt.Print(ktD(5))\nfmt.Print(ktE{5}.Seconds() > 0)\nfmt.Println(ktE{5})"},
	{name: "i sprint types", decls: "type kuB bool\ntype kuF float64\ntype kuS []string", body: "fmt.Println(kuB(true), kuF(1.5), kuS{\"a\"}, []kuF{2})"},
	{name: "i same shape methods iface", decls: "type kvI interface{ M() int }\ntype kvA struct{ x int }\nfunc (a kvA) M() int { return 1 }\ntype kvB struct{ x int }\nfunc (b kvB) M() int { return 2 }", body: "var i kvI = kvB{1}\n_, a := i.(kvA)\n_, b := i.(kvB)\nfmt.Print(a, b, i.M())\nswitch i.(type) { case kvA: fmt.Print(\"A\"); case kvB: fmt.Print(\"B\") }"},
	{name: "i iface conversion", decls: "type kwI interface{ M() int }\ntype kwJ interface { kwI; N() int }\ntype kwA struct{ x int }\nfunc (a kwA) M() int { return 1 }\nfunc (a kwA) N() int { return 2 }\nfunc kwF(i kwI) int { return i.M() }", body: "var j kwJ = kwA{1}\nvar i kwI = j\nfmt.Print(i.M(), kwF(j), i.(kwJ).N())\n_, ok := i.(fmt.Stringer)\nfmt.Print(ok)"},
	{name: "i nil iface", decls: "type kxI interface{ M() int }\nfunc kxF() kxI { return nil }", body: "var i kxI\nfmt.Print(i == nil, kxF() == nil)\nm := map[string]kxI{}\nfmt.Print(m[\"a\"] == nil)"},
	{name: "i func in any", body: "var v any = func(n int) int { return n + 1 }\nfmt.Print(v.(func(int) int)(2))"},
	{name: "i any named int methods", decls: "type kzA int\nfunc (kzA) M() {}\ntype kzB int\nfunc (kzB) M() {}", body: "var v any = kzA(3)\n_, ok := v.(int)\n_, ok2 := v.(interface{ M() })\nfmt.Print(ok, ok2)"},
	{name: "i any same methods", decls: "type laA struct{ x int }\nfunc (laA) M() {}\ntype laB struct{ x int }\nfunc (laB) M() {}", body: "var v any = laA{3}\n_, ok := v.(laB)\n_, ok2 := v.(laA)\nfmt.Print(ok, ok2)"},
	{name: "i iface println stringer", decls: "type lbI interface{ String() string }\ntype lbA struct{ x int }\nfunc (a lbA) String() string { return \"A\" }\ntype lbB struct{ lbI }", body: "var i lbI = lbA{1}\nfmt.Println(i, lbI(nil))\nfmt.Printf(\"%v %s %q\\n\", i, i, i)\nb := lbB{i}\nfmt.Println(b.String())"},
	{name: "i verb d stringer", decls: "type lcI int\nfunc (a lcI) String() string { return \"A\" }", body: "fmt.Printf(\"%d %v %03d %c\\n\", lcI(5), lcI(6), lcI(7), lcI(65))"},
	{name: "i nil deref store", body: "m := map[int]int{}\nfunc() { defer func() { fmt.Print(recover() != nil) }(); var p *int; m[0] = *p }()\nfmt.Print(len(m))"},
	{name: "i map any values", decls: "type kyT struct{ X int }", body: "m := map[string]any{\"a\": kyT{1}, \"b\": 2}\nfmt.Println(m[\"b\"])\nif t, ok := m[\"a\"].(kyT); ok { fmt.Print(t.X) }\nfmt.Println(m)"},
}

// refusedOnes are those of identity that are refused; the others are right.
var refusedOnes = map[string]bool{
	"i plus v unexported":     true,
	"i plus v anonymous":      true,
	"i sharp v":               true,
	"i type verb":             true,
	"i type verb slice":       true,
	"i type verb func":        true,
	"i stringer pointer":      true,
	"i stringer nested slice": true,
	"i stringer nested field": true,
	"i stringer map":          true,
	"i stringer any":          true,
	"i any named int":         true,
	"i any named switch":      true,
	"i any equal":             true,
	"i any equal struct":      true,
	"i any key int":           true,
	"i error typed nil":       true,
	"i errors is":             true,
	"i errors is pointer":     true,
	"i errors as":             true,
	"i errors as direct":      true,
	"i unwrap method":         true,
	"i is method":             true,
	"i json unexported":       true,
	"i json methods":          true,
	"i json text":             true,
	"i reflect name":          true,
	"i deep equal kinds":      true,
	"i own iface slice print": true,
	"i own iface field print": true,
	"i own iface to error":    true,
	"i panic own error":       true,
	"i panic own int":         true,
	"i context value":         true,
	"i context key int":       true,
	"i format method":         true,
	"i gostring":              true,
	"i any named int methods": true,
	"i any same methods":      true,
}

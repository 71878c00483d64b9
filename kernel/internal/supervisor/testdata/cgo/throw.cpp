#include <stdexcept>

extern "C" void throw_it() { throw std::runtime_error("no such door"); }

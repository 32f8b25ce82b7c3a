//! The code that takes the place of the vDSO's functions in another process.

use std::arch::global_asm;

use super::elf::Function;

// Position-independent, and never run here: these bytes are copied. The words at the end are filled
// in for each process. They follow the C calling convention, in which the kernel's functions are
// written, too: arguments in rdi and rsi, the answer in rax, the stack aligned to 16 bytes at a call.
global_asm!(
    ".pushsection .rodata.rolecall_reach_stub, \"a\", @progbits",
    ".balign 8",
    ".globl rolecall_reach_stub",
    ".hidden rolecall_reach_stub",
    "rolecall_reach_stub:",
    // clock_gettime(clock, time)
    ".globl rolecall_reach_stub_clock_gettime",
    ".hidden rolecall_reach_stub_clock_gettime",
    "rolecall_reach_stub_clock_gettime:",
    ".Lrolecall_reach_clock_gettime:",
    // Only CLOCK_REALTIME (0) and CLOCK_REALTIME_COARSE (5) are shifted.
    "test edi, edi",
    "je 2f",
    "cmp edi, 5",
    "je 2f",
    "jmp qword ptr [rip + .Lrolecall_reach_old_clock_gettime]",
    "2:",
    "push rsi",
    "call qword ptr [rip + .Lrolecall_reach_old_clock_gettime]",
    "pop rsi",
    "test eax, eax",
    "jne 5f",
    // The offset is read once, after the clock: it never goes back while neither of them does.
    "mov rax, qword ptr [rip + .Lrolecall_reach_page]",
    "mov rax, qword ptr [rax]",
    "mov ecx, 1000000000",
    "cqo",
    "idiv rcx",
    // Both remainders are less than a second, and that of the offset may be negative.
    "add rax, qword ptr [rsi]",
    "add rdx, qword ptr [rsi + 8]",
    "jns 3f",
    "add rdx, rcx",
    "dec rax",
    "3:",
    "cmp rdx, rcx",
    "jl 4f",
    "sub rdx, rcx",
    "inc rax",
    "4:",
    "mov qword ptr [rsi], rax",
    "mov qword ptr [rsi + 8], rdx",
    "xor eax, eax",
    "5:",
    "ret",
    // gettimeofday(time, zone), by way of the above: so the two agree to the last digit.
    ".balign 16",
    ".globl rolecall_reach_stub_gettimeofday",
    ".hidden rolecall_reach_stub_gettimeofday",
    "rolecall_reach_stub_gettimeofday:",
    "push rdi",
    "push rsi",
    "sub rsp, 24",
    "test rsi, rsi",
    "je 2f",
    "xor edi, edi",
    "call qword ptr [rip + .Lrolecall_reach_old_gettimeofday]",
    "2:",
    "xor eax, eax",
    "cmp qword ptr [rsp + 32], 0",
    "je 3f",
    "xor edi, edi",
    "mov rsi, rsp",
    "call .Lrolecall_reach_clock_gettime",
    "test eax, eax",
    "jne 3f",
    "mov rax, qword ptr [rsp + 8]",
    "xor edx, edx",
    "mov ecx, 1000",
    "div rcx",
    "mov rcx, qword ptr [rsp]",
    "mov rsi, qword ptr [rsp + 32]",
    "mov qword ptr [rsi], rcx",
    "mov qword ptr [rsi + 8], rax",
    "xor eax, eax",
    "3:",
    "add rsp, 40",
    "ret",
    // time(seconds), likewise.
    ".balign 16",
    ".globl rolecall_reach_stub_time",
    ".hidden rolecall_reach_stub_time",
    "rolecall_reach_stub_time:",
    "push rdi",
    "sub rsp, 16",
    "xor edi, edi",
    "mov rsi, rsp",
    "call .Lrolecall_reach_clock_gettime",
    "mov rax, qword ptr [rsp]",
    "mov rdi, qword ptr [rsp + 16]",
    "test rdi, rdi",
    "je 2f",
    "mov qword ptr [rdi], rax",
    "2:",
    "add rsp, 24",
    "ret",
    // Where the self-test returns to.
    ".globl rolecall_reach_stub_trap",
    ".hidden rolecall_reach_stub_trap",
    "rolecall_reach_stub_trap:",
    "int3",
    ".balign 8",
    ".globl rolecall_reach_stub_words",
    ".hidden rolecall_reach_stub_words",
    "rolecall_reach_stub_words:",
    ".Lrolecall_reach_page: .quad 0",
    ".Lrolecall_reach_old_clock_gettime: .quad 0",
    ".Lrolecall_reach_old_gettimeofday: .quad 0",
    ".globl rolecall_reach_stub_end",
    ".hidden rolecall_reach_stub_end",
    "rolecall_reach_stub_end:",
    ".popsection",
);

unsafe extern "C" {
    #[link_name = "rolecall_reach_stub"]
    static START: u8;
    #[link_name = "rolecall_reach_stub_clock_gettime"]
    static CLOCK_GETTIME: u8;
    #[link_name = "rolecall_reach_stub_gettimeofday"]
    static GETTIMEOFDAY: u8;
    #[link_name = "rolecall_reach_stub_time"]
    static TIME: u8;
    #[link_name = "rolecall_reach_stub_trap"]
    static TRAP: u8;
    #[link_name = "rolecall_reach_stub_words"]
    static WORDS: u8;
    #[link_name = "rolecall_reach_stub_end"]
    static END: u8;
}

/// How far a label is from the start, in bytes.
fn position(label: *const u8) -> usize {
    label.addr() - (&raw const START).addr()
}

/// Where the stub of `function` is, counted from the start.
pub(super) fn entry(function: Function) -> u64 {
    let label = match function {
        Function::ClockGettime => &raw const CLOCK_GETTIME,
        Function::Gettimeofday => &raw const GETTIMEOFDAY,
        Function::Time => &raw const TIME,
    };
    position(label) as u64
}

/// Where the breakpoint is, counted from the start.
pub(super) fn trap() -> u64 {
    position(&raw const TRAP) as u64
}

/// The stubs for a process in which the clock's page and the original functions are at these
/// addresses.
pub(super) fn code(page: u64, clock_gettime: u64, gettimeofday: u64) -> Vec<u8> {
    // SAFETY: the labels are the two ends of one piece of constant data.
    let code = unsafe { std::slice::from_raw_parts(&raw const START, position(&raw const END)) };
    let mut code = code[..position(&raw const WORDS)].to_vec();
    for word in [page, clock_gettime, gettimeofday] {
        code.extend(word.to_le_bytes());
    }
    code
}

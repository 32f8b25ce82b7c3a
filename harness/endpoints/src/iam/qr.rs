//! Pictures to be scanned.

use png::{BitDepth, ColorType, Encoder, EncodingError};
use qrcode::{Color, QrCode};

/// Pixels of a module, the smallest square of a code.
const SCALE: usize = 4;
/// Light modules around a code (ISO/IEC 18004, section 6.3.8).
const QUIET_ZONE: usize = 4;

/// A QR code that says `text`, as a PNG in black and white; `None` if that is more than one holds.
pub(super) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::new(text).ok()?;
    let modules = code.width() + 2 * QUIET_ZONE;
    let side = u32::try_from(modules * SCALE).ok()?;
    let is_dark = |x: usize, y: usize| {
        let within = |at: usize| at.checked_sub(QUIET_ZONE).filter(|at| *at < code.width());
        let module = within(x / SCALE).zip(within(y / SCALE));
        module.is_some_and(|at| code[at] == Color::Dark)
    };
    let pixels = modules * SCALE;
    let rows = (0..pixels).flat_map(|y| (0..pixels).map(move |x| (x, y)));
    let shades: Vec<u8> = rows
        .map(|(x, y)| if is_dark(x, y) { 0 } else { u8::MAX })
        .collect();
    encode(side, &shades).ok()
}

fn encode(side: u32, shades: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header()?.write_image_data(shades)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    // iam.mfa.qr-code
    #[test]
    fn a_picture_says_what_it_was_made_of() {
        let text = "otpauth://totp/ann@111122223333?secret=JBSWY3DPEHPK3PXP";
        let file = png(text).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut shades = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut shades).unwrap();
        assert_eq!(frame.width, frame.height);
        let side = usize::try_from(frame.width).unwrap();
        let mut seen =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| shades[y * side + x]);
        let codes = seen.detect_grids();
        assert_eq!(codes.len(), 1);
        assert_eq!(codes[0].decode().unwrap().1, text);
        assert!(png(&"a".repeat(3000)).is_none());
    }
}

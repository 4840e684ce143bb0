//! Images of the size that was asked for: one grey, in a PNG file that any reader opens. Learn, "Azure OpenAI image
//! generation" (2025-10).

use serde_json::{Value as Json, json};

use super::answers::{Answer, AnswerBody, Moment};
use super::faults::Fault;

/// Sizes that one of the models takes, and what `auto` comes to.
const SIZES: [(&str, u32, u32); 6] = [
    ("1024x1024", 1024, 1024),
    ("1024x1536", 1024, 1536),
    ("1536x1024", 1536, 1024),
    ("1024x1792", 1024, 1792),
    ("1792x1024", 1792, 1024),
    ("auto", 1024, 1024),
];
/// Images of one request.
const MAX_IMAGES: u64 = 10;
/// What gpt-image-1 counts for a square image of medium quality.
const TOKENS_PER_IMAGE: u64 = 1056;
/// A block of data that is stored as it is holds so many bytes (RFC 1951, 3.2.4).
const STORED_BLOCK: usize = 65_535;

/// Answers a request for images.
pub(super) fn images(request: &Json, moment: &Moment<'_>) -> Result<Answer, Fault> {
    let prompt = request["prompt"].as_str().ok_or_else(|| Fault::missing_parameter("prompt"))?;
    let size = request.get("size").and_then(Json::as_str).unwrap_or("auto");
    let (_, width, height) = SIZES.iter().find(|(name, ..)| *name == size).ok_or_else(|| {
        let known: Vec<&str> = SIZES.iter().map(|(name, ..)| *name).collect();
        Fault::invalid_value("size", &format!("'size' has to be one of {}.", known.join(", ")))
    })?;
    let n = match request.get("n") {
        None | Some(Json::Null) => 1,
        Some(n) => n
            .as_u64()
            .filter(|n| (1..=MAX_IMAGES).contains(n))
            .ok_or_else(|| Fault::invalid_value("n", &format!("'n' has to be 1 to {MAX_IMAGES}.")))?,
    };
    let image = base64(&png(*width, *height));
    let data: Vec<Json> = (0..n).map(|_| json!({ "b64_json": image })).collect();
    let (input, output) = (moment.encoding().count(prompt), n * TOKENS_PER_IMAGE);
    let body = json!({
        "created": moment.unix_s,
        "data": data,
        "output_format": "png",
        "size": format!("{width}x{height}"),
        "usage": {"input_tokens": input, "output_tokens": output, "total_tokens": input + output},
    });
    Ok(Answer { body: AnswerBody::Whole(body), prompt_tokens: input, completion_tokens: output })
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A PNG file, one bit a pixel, all of them white (PNG specification, third edition).
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([1, 0, 0, 0, 0]);
    let row = [&[0_u8][..], &vec![0xff; width.div_ceil(8) as usize]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in
        [(b"IHDR", header), (b"IDAT", zlib(&row.repeat(height as usize))), (b"IEND", Vec::new())]
    {
        // A chunk is far below 4 GiB: the sizes are above.
        file.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
        let named = [kind.as_slice(), &data].concat();
        file.extend_from_slice(&named);
        file.extend(crc32(&named).to_be_bytes());
    }
    file
}

/// Data in the zlib format, stored and not compressed (RFC 1950).
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x78, 0x01];
    let n_blocks = data.len().div_ceil(STORED_BLOCK);
    for (nth, block) in data.chunks(STORED_BLOCK).enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        packed.push(u8::from(nth + 1 == n_blocks));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend_from_slice(block);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    packed.extend(((b << 16) | a).to_be_bytes());
    packed
}

fn crc32(data: &[u8]) -> u32 {
    let crc =
        data.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(zlib(b"Wikipedia")[zlib(b"Wikipedia").len() - 4..], 0x11e6_0398_u32.to_be_bytes());
    }

    #[test]
    fn an_image_has_the_size_that_was_asked_for() {
        let file = png(1536, 1024);
        assert_eq!(file[16..24], [[0, 0, 6, 0], [0, 0, 4, 0]].concat());
        let moment = Moment { model: "gpt-image-1", id: String::new(), unix_s: 7 };
        let answer = images(&json!({"prompt": "a", "n": 2, "size": "1536x1024"}), &moment).unwrap();
        let AnswerBody::Whole(body) = answer.body else { panic!("no stream was asked for") };
        assert_eq!(body["data"].as_array().unwrap().len(), 2);
        for wrong in [json!({}), json!({"prompt": "a", "size": "1x1"}), json!({"prompt": "a", "n": 11})] {
            assert_eq!(images(&wrong, &moment).unwrap_err().status, 400, "{wrong}");
        }
    }
}
